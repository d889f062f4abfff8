"""The decision for one network: candidates from the cheapest on, until one is known to err by no more than allowed.

Exact runs are the measure. A candidate is first judged by what linear noise predicts, which costs nothing; one that is
predicted to err by far more than the tolerance is not run, unless there is a reason to doubt the prediction. What is
left, and cheaper than exact runs, is audited from the cheapest on: as many pilot runs, with the seeds of exact ones, as
it takes to tell its error from the tolerance. Where exact runs are out of reach, the prediction decides, and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from engines.choice.candidates import PURE, Candidate, candidates
from engines.choice.comparison import Comparison, compare
from engines.choice.observable import DISTRIBUTION, MEAN, SD, Observable
from engines.choice.pilots import PilotError, Runs, Window
from engines.choice.prediction import Prediction
from engines.linear_noise.stationary_state import InstabilityError
from engines.request import RequestError
from mechanisms.faults import Fault
from mechanisms.network import TIME, Floats, Network

FEWEST, FIRST, MOST = 4, 32, 8192
"""Pilot runs of an engine: at least, at first where that many can be afforded, and at most."""
BUDGET = 2e8
"""Reactions that exact pilot runs may fire at each volume; where rates change between reactions a tenth of it."""
HOPELESS = 3.0
"""Times the tolerance: a prediction beyond it is not audited, where nothing is against it."""
WORTH = 1.5
"""Costs that differ by less are the same; the more exact engine is then taken."""

EXACT = "exact"
WITHIN, OUTSIDE, UNRESOLVED = "within", "outside", "not resolved"
PREDICTED_WITHIN, PREDICTED_OUTSIDE = "predicted within", "predicted outside"
TOO_SLOW, SKIPPED, FAILED = "no cheaper than exact runs", "not needed", "failed"
ADMISSIBLE = (EXACT, WITHIN, PREDICTED_WITHIN)


@dataclass(frozen=True)
class Question:
    """What is asked of every volume: see ``engines.choice.choose.choose``.

    duration: (start, end) in s of the runs that are meant, or None for the stationary state.
    """

    observable: Observable
    tolerance: float
    duration: tuple[float, float] | None
    engines: tuple[str, ...]
    seed: int
    budget: float
    workers: int


@dataclass(eq=False)
class Assessment:
    """What is known of one candidate.

    predicted: (column,) errors, NaN where there is no prediction. audit: errors of pilot runs, or None. cost: processor
    seconds for each simulated second. verdict: one of the words above; detail: more of them.
    """

    candidate: Candidate
    predicted: Floats
    audit: Comparison | None = None
    cost: float = np.nan
    verdict: str = ""
    detail: str = ""
    runs: Runs | None = field(default=None, repr=False)

    @property
    def worst(self) -> float:
        """The largest error: audited where it was, else predicted."""
        if self.verdict == EXACT:
            return 0.0
        return float(np.max(self.predicted if self.audit is None else self.audit.error, initial=0.0))


@dataclass(frozen=True)
class Decision:
    """What was decided for one network, and everything it rests on.

    chosen: None where none of the engines that were allowed is known to be right. doubt: why there is no prediction, or
    why it may not hold, or "". mean, sd: (column,) measured by exact pilot runs, or predicted. copies: (species,) mean
    molecules. fired: reactions of all exact pilot runs; pilots: how many runs.
    """

    network: Network
    question: Question
    window: Window
    prediction: Prediction | None
    doubt: str
    assessments: tuple[Assessment, ...]
    chosen: Assessment | None
    mean: Floats
    sd: Floats
    copies: Floats
    pilots: int
    fired: int
    reason: str


def read_window(
    network: Network, question: Question, prediction: Prediction | None, doubt: str, slowest: float, asked: str
) -> Window:
    """When pilot runs are read. Raises RequestError where no length of runs can be known."""
    if question.duration is not None:
        return Window.between(question.observable, *question.duration)
    changing = [f"input '{network.inputs[i]}'" for i, signal in enumerate(network.signals) if len(signal.edges)]
    changing += [f"event '{name}'" for name in network.events]
    changing += [TIME for name in network.species[-1:] if name == TIME]
    if changing or not np.isfinite(slowest):
        why = f"not given, and {', '.join(changing)} changes the model" if changing else f"not given, and {doubt}"
        raise RequestError([Fault("duration", why, 'how long your runs are, such as duration="60 s"')], asked)
    return Window.stationary(question.observable, slowest)


def decide(network: Network, question: Question, asked: str = "choose") -> Decision:
    """The cheapest engine whose error is known to be within the tolerance. Raises RequestError without a window."""
    prediction, doubt, slowest = _predicted(network)
    window = read_window(network, question, prediction, doubt, slowest, asked)
    if prediction is not None and question.duration is not None and window.length < 3 * slowest:
        doubt = f"runs of {window.length:.3g} s end before the stationary state, which takes about {3 * slowest:.3g} s"
        prediction = None
    return _Judge(network, question, window, prediction, doubt).decision()


def _predicted(network: Network) -> tuple[Prediction | None, str, float]:
    """The prediction or None, what is against it, and the slowest relaxation time (a period, of an oscillation)."""
    from engines.choice.prediction import predict

    try:
        found = predict(network)
    except InstabilityError as error:
        values = error.eigenvalues
        turning = values[np.abs(values.imag) > 0] if len(values) else values
        period = float(2 * np.pi / np.abs(turning[0].imag)) if len(turning) else np.inf
        return None, str(error).partition(". Use ")[0], period
    except RequestError as error:
        return None, "; ".join(f"{fault.where}: {fault.found}" for fault in error.faults), np.inf
    return found, found.doubt, found.slowest


class _Judge:
    """One network, its exact runs, and what is found of every candidate."""

    def __init__(
        self, network: Network, question: Question, window: Window, prediction: Prediction | None, doubt: str
    ) -> None:
        self.network, self.question, self.window = network, question, window
        self.prediction, self.doubt = prediction, doubt
        copies = network.initial[: network.counted] if prediction is None else prediction.copies
        allowed = candidates(network, copies, question.engines)
        self.assessments = [Assessment(c, self._predict(c)) for c in allowed]
        self.measure = Runs(network, PURE["gillespie"][1], *self._how)
        self.cost, self.work = self._cost(self.measure)

    @property
    def _how(self) -> tuple[Observable, Window, int, int]:
        return self.question.observable, self.window, self.question.seed, self.question.workers

    def _predict(self, candidate: Candidate) -> Floats:
        observable = self.question.observable
        if self.prediction is None or observable.kind not in (MEAN, SD, DISTRIBUTION):
            return np.full(len(observable.columns), np.nan)
        return self.prediction.errors(candidate.readings, observable.kind)[observable.columns]

    def _cost(self, runs: Runs) -> tuple[float, float]:
        try:
            return runs.cost()
        except PilotError:
            return np.inf, np.inf

    @property
    def affordable(self) -> int:
        """How many exact pilot runs the budget allows."""
        slow = self.network.continuous.any() or bool(self.network.events)
        budget = self.question.budget / (10 if slow else 1)
        number = budget / max(self.work * self.window.length, 1.0)
        return int(min(number, MOST)) if number >= FEWEST else 0

    def decision(self) -> Decision:
        """Judge the candidates from the cheapest on; the first that is within the tolerance is chosen."""
        most = self.affordable
        if most:
            self.measure.extend(min(FIRST, most))
        waiting = []
        for one in self.assessments:
            if one.candidate.exact:
                one.verdict, one.cost, one.predicted = EXACT, self.cost, np.zeros(len(one.predicted))
            elif one.candidate.engine.stochastic and self._hopeless(one):
                one.verdict = PREDICTED_OUTSIDE
            elif self._worth_it(one):
                waiting.append(one)
        chosen = None
        for one in sorted(waiting, key=self._order):
            if chosen is None:
                self._judge(one, most)
                chosen = one if one.verdict in ADMISSIBLE else None
            else:
                one.verdict = SKIPPED
        self._inform(most)
        chosen = chosen or next((one for one in self.assessments if one.verdict == EXACT), None)
        return self._told(chosen, most)

    def _hopeless(self, one: Assessment) -> bool:
        """Whether it is predicted to err by far too much, with nothing against the prediction."""
        return not self.doubt and bool((one.predicted > HOPELESS * self.question.tolerance).any())

    def _judge(self, one: Assessment, most: int) -> None:
        if not most:
            self._trust(one)
        else:
            self._audit(one, len(self.measure.values) if self._hopeless(one) else most)

    def _inform(self, most: int) -> None:
        """The error of the mean field, which is what many want to know, also where it was not needed."""
        for one in self.assessments:
            if most and not one.candidate.engine.stochastic and one.audit is None and one.verdict != FAILED:
                verdict = one.verdict
                self._audit(one, len(self.measure.values))
                one.verdict = verdict

    def _worth_it(self, one: Assessment) -> bool:
        """Whether its cost makes it worth an audit."""
        try:
            one.runs = Runs(self.network, one.candidate.engine, *self._how)
            one.cost, _ = one.runs.cost()
        except PilotError as error:
            one.verdict, one.detail = FAILED, str(error)
            return False
        exact_allowed = any(other.candidate.exact for other in self.assessments)
        if not np.isfinite(one.cost) or (exact_allowed and one.cost * WORTH > self.cost):
            one.verdict = TOO_SLOW
            return False
        return True

    def _order(self, one: Assessment) -> tuple[int, float]:
        return round(np.log(max(one.cost, 1e-12)) / np.log(WORTH)), float(np.mean(one.candidate.readings))

    def _audit(self, one: Assessment, most: int) -> None:
        """Run pilots, ever more of them, until the error is known to be within the tolerance or outside."""
        assert one.runs is not None
        tolerance, number = self.question.tolerance, len(self.measure.values)
        try:
            while True:
                self.measure.extend(number)
                one.runs.extend(number if one.candidate.engine.stochastic else 1)
                one.audit = compare(self.question.observable, self.measure.values, one.runs.values, self.window.slices)
                if one.audit.within(tolerance):
                    one.verdict = WITHIN
                elif one.audit.outside(tolerance):
                    one.verdict = OUTSIDE
                elif number < most:
                    number = min(2 * number, most)
                    continue
                else:
                    one.verdict = UNRESOLVED
                break
        except PilotError as error:
            one.verdict, one.detail = FAILED, str(error)

    def _trust(self, one: Assessment) -> None:
        """Without exact runs the prediction decides, if nothing is against it."""
        known = not self.doubt and np.isfinite(one.predicted).all()
        within = known and bool((one.predicted <= self.question.tolerance).all())
        one.verdict = PREDICTED_WITHIN if within else PREDICTED_OUTSIDE if known else UNRESOLVED

    def _told(self, chosen: Assessment | None, audited: int) -> Decision:
        observable, exact = self.question.observable, self.measure.values
        if audited and observable.pooled:
            mean, sd = exact.mean(axis=(0, 1)), exact.std(axis=(0, 1))
        elif self.prediction is not None:
            mean, sd = self.prediction.mean[observable.columns], self.prediction.sd[observable.columns]
        else:
            mean = sd = np.full(len(observable.columns), np.nan)
        copies = self.network.initial[: self.network.counted].copy()
        if self.prediction is not None:
            copies = self.prediction.copies.copy()
        return Decision(
            self.network, self.question, self.window, self.prediction, self.doubt, tuple(self.assessments), chosen,
            mean, sd, copies, len(exact), self.measure.fired, _reason(self.assessments, chosen, self.question),
        )  # fmt: skip


def _reason(assessments: Sequence[Assessment], chosen: Assessment | None, question: Question) -> str:
    """Why this engine, in words with the numbers it rests on: of itself, of the mean field, of the others."""
    untold = [one for one in assessments if one.verdict in (SKIPPED, TOO_SLOW) and one.audit is None]
    told = [one for one in assessments if one.verdict != EXACT and one is not chosen and one not in untold]
    slow = ", ".join(one.candidate.name for one in untold if one.verdict == TOO_SLOW)
    parts = [_words(one, question) for one in told]
    if chosen is None:
        parts.insert(0, f"none of {', '.join(question.engines)} is known to be right")
    elif chosen.verdict != EXACT:
        parts.insert(0, _words(chosen, question))
    if slow:
        parts.append(f"not cheaper than exact runs: {slow}")
    return "; ".join(parts)


def _words(one: Assessment, question: Question) -> str:
    """Such as "ode errs by 0.21 ± 0.01 in Ca.cytosol (predicted: 0.2)"."""
    name, names = one.candidate.name, question.observable.names
    if one.verdict == FAILED:
        return f"{name} fails: {one.detail}"
    if one.audit is None:
        if not np.isfinite(one.predicted).all():
            return f"{name} is neither predicted nor audited"
        worst = int(np.argmax(one.predicted))
        return f"{name} is predicted to err by {one.predicted[worst]:.2g} in {names[worst]}"
    worst = one.audit.worst
    error, spread, predicted = one.audit.error[worst], one.audit.spread[worst], one.predicted[worst]
    about = f" ± {spread:.1g}" if 0 < spread < np.inf else ""
    known = f"predicted: {predicted:.2g}" if np.isfinite(predicted) else ""
    brackets = ", ".join(part for part in (known, "not resolved" if one.verdict == UNRESOLVED else "") if part)
    return f"{name} errs by {error:.2g}{about} in {names[worst]}" + (f" ({brackets})" if brackets else "")
