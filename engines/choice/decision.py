"""The decision for one network: candidates from the cheapest on, until one is known to err by no more than allowed.

Exact runs are the measure (``engines.choice.measure``). A candidate is first judged by what linear noise predicts,
which costs nothing; one that is predicted to err by far more than the tolerance is not run, unless there is a reason to
doubt the prediction. What is left, and cheaper than exact runs, is audited from the cheapest on: as many pilot runs
beside exact ones as it takes to tell its error from the tolerance (``engines.choice.audit``). With nothing to measure
by, the prediction decides, and says so.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field

import numpy as np

from engines.choice.audit import UNRESOLVED, WITHIN, audit
from engines.choice.candidates import Candidate, candidates
from engines.choice.comparison import Comparison
from engines.choice.measure import Measure, Plan, measure
from engines.choice.observable import DISTRIBUTION, MEAN, SD, Observable
from engines.choice.pilots import PilotError, Runs, Window
from engines.choice.prediction import Prediction, predict
from engines.linear_noise.stationary_state import InstabilityError
from engines.request import ENGINES, RequestError
from engines.segments import changing
from mechanisms.faults import Fault
from mechanisms.network import Floats, Network

BUDGET = 10.0
"""Processor seconds that the runs to measure by may take at each volume."""
HOPELESS = 3.0
"""Times the tolerance: a prediction beyond it is not audited, where nothing is against it."""
MATTERS = 0.01
"""The share of a variance from which on a reaction makes noise that matters."""
WORTH = 1.5
"""Costs that differ by less are the same; the more exact engine is then taken."""

EXACT, NEARLY_EXACT = "exact", "nearly exact"
PREDICTED_WITHIN, PREDICTED_OUTSIDE = "predicted within", "predicted outside"
TOO_SLOW, SKIPPED, FAILED = "no cheaper than exact runs", "not needed", "failed"
ADMISSIBLE = (EXACT, NEARLY_EXACT, WITHIN, PREDICTED_WITHIN)


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
    seconds for each simulated second. verdict: one of the words above; detail: more of them. coupled: whether the audit
    is of runs that were coupled to exact ones.
    """

    candidate: Candidate
    predicted: Floats
    audit: Comparison | None = None
    cost: float = np.nan
    verdict: str = ""
    detail: str = ""
    coupled: bool = False
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
    why it may not hold, or "". mean, sd: (column,) measured, or predicted. copies: (species,) mean molecules.
    measure: the runs that were measured by, or None.
    """

    network: Network
    question: Question
    prediction: Prediction | None
    doubt: str
    assessments: tuple[Assessment, ...]
    chosen: Assessment | None
    mean: Floats
    sd: Floats
    copies: Floats
    measure: Measure | None


def decide(network: Network, question: Question, asked: str = "choose") -> Decision:
    """The cheapest engine whose error is known to be within the tolerance.

    Raises RequestError, of ``asked``, where no length of runs can be known.
    """
    prediction, doubt, slowest = _predicted(network)
    window = _window(network, question, doubt, slowest, asked)
    if prediction is not None and question.duration is not None:
        if moving := changing(network):
            prediction, doubt = None, f"{', '.join(moving)} changes the model"
        elif window.length < 3 * slowest:
            doubt = f"runs of {window.length:.3g} s end before the stationary state, which takes {3 * slowest:.3g} s"
            prediction = None
    return _Judge(network, question, window, prediction, doubt).decision()


def _predicted(network: Network) -> tuple[Prediction | None, str, float]:
    """The prediction or None, what is against it, and the slowest relaxation time (a period, of an oscillation)."""
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


def _window(network: Network, question: Question, doubt: str, slowest: float, asked: str) -> Window:
    """When pilot runs are read, at first. Raises RequestError where no length of runs can be known."""
    if question.duration is not None:
        return Window.between(question.observable, *question.duration)
    moving = changing(network)
    if moving or not np.isfinite(slowest):
        why = f"not given, and {', '.join(moving)} changes the model" if moving else f"not given, and {doubt}"
        raise RequestError([Fault("duration", why, 'how long your runs are, such as duration="60 s"')], asked)
    return Window.stationary(question.observable, slowest)


class _Judge:
    """One network, the runs to measure by, and what is found of every candidate."""

    def __init__(
        self, network: Network, question: Question, window: Window, prediction: Prediction | None, doubt: str
    ) -> None:
        self.network, self.question = network, question
        self.prediction, self.doubt = prediction, doubt
        self.copies = network.initial[: network.counted] if prediction is None else prediction.copies
        self.known = [Assessment(one, self._predict(one)) for one in candidates(network, self.copies, tuple(ENGINES))]
        self.assessments = [one for one in self.known if one.candidate.engine.name in question.engines]
        how = question.seed, question.workers, question.budget, question.duration is None
        plan = Plan(network, question.observable, window, *how, self._rarest())
        self.measure = measure(plan, [one.candidate for one in self.known], self.copies)
        if self.measure is None:
            self.plan = plan
            return
        self.plan = dataclasses.replace(plan, window=self.measure.runs.window)
        if short := self.measure.short:
            slow = f"runs of {short:.3g} s do not settle, where linear noise does in {window.length:.3g} s"
            self.doubt = "; ".join(part for part in (self.doubt, self.measure.note or slow) if part)

    def _predict(self, candidate: Candidate) -> Floats:
        observable = self.question.observable
        if self.prediction is None or observable.kind not in (MEAN, SD, DISTRIBUTION):
            return np.full(len(observable.columns), np.nan)
        return self.prediction.errors(candidate.readings, observable.kind)[observable.columns]

    def _rarest(self) -> tuple[str, float]:
        """The reaction that fires least, of those that make the noise of what is observed, and how often per second."""
        if self.prediction is None:
            return "", np.inf
        columns = self.question.observable.columns
        matter = (self.prediction.budget[:, columns] > MATTERS).any(axis=1) & (self.prediction.rates > 0)
        rates = np.where(matter, self.prediction.rates, np.inf)
        rarest = int(np.argmin(rates))
        return self.network.reactions[rarest], float(rates[rarest])

    def decision(self) -> Decision:
        """Judge the candidates from the cheapest on; the first that is within the tolerance is chosen."""
        exact = next(one for one in self.known if one.candidate.exact)
        exact.verdict, exact.predicted = EXACT, np.zeros(len(exact.predicted))
        exact.cost = self._cost(exact)
        allowed = exact in self.assessments and exact.verdict == EXACT
        limit = exact.cost / WORTH if allowed else np.inf
        waiting = []
        for one in self.assessments:
            if one is exact:
                continue
            if one.candidate.engine.stochastic and self._hopeless(one):
                one.verdict = PREDICTED_OUTSIDE
                continue
            one.cost = self._cost(one)
            if one.verdict != FAILED and one.cost < limit:
                waiting.append(one)
            else:
                one.verdict = one.verdict or TOO_SLOW
        chosen = None
        for one in sorted(waiting, key=self._order):
            if chosen is None:
                self._judge(one)
                chosen = one if one.verdict in ADMISSIBLE else None
            else:
                one.verdict = SKIPPED
        self._inform()
        return self._told(chosen or (exact if allowed else None))

    def _cost(self, one: Assessment) -> float:
        try:
            one.runs = self.plan.runs(one.candidate)
            return one.runs.cost()
        except PilotError as error:
            one.verdict, one.detail = FAILED, str(error)
            return np.inf

    def _hopeless(self, one: Assessment) -> bool:
        """Whether it is predicted to err by far too much, with nothing against the prediction."""
        return not self.doubt and bool((one.predicted > HOPELESS * self.question.tolerance).any())

    def _order(self, one: Assessment) -> tuple[int, float]:
        return round(np.log(max(one.cost, 1e-12)) / np.log(WORTH)), float(np.mean(one.candidate.readings))

    def _judge(self, one: Assessment) -> None:
        if self.measure is None:
            self._trust(one)
        elif one.candidate.name == self.measure.candidate.name:
            one.verdict = NEARLY_EXACT
        else:
            self._audit(one, more=not self._hopeless(one))

    def _inform(self) -> None:
        """The error of the mean field, which is what many want to know, also where it was not needed."""
        for one in self.assessments:
            unknown = one.audit is None and one.verdict != FAILED
            if self.measure is not None and not one.candidate.engine.stochastic and unknown:
                verdict = one.verdict
                self._audit(one, more=False)
                one.verdict = verdict if one.verdict != FAILED else FAILED

    def _audit(self, one: Assessment, more: bool) -> None:
        assert one.runs is not None
        assert self.measure is not None
        question = self.question
        if self.measure.note and not question.observable.pooled:
            more = False
        try:
            found = audit(self.measure, one.runs, question.observable, question.tolerance, question.budget, more)
        except PilotError as error:
            one.verdict, one.detail = FAILED, str(error)
            return
        one.audit, one.verdict, one.detail, one.coupled = found.errors, found.verdict, found.detail, found.coupled

    def _trust(self, one: Assessment) -> None:
        """With nothing to measure by, the prediction decides, if nothing is against it."""
        known = not self.doubt and np.isfinite(one.predicted).all()
        within = known and bool((one.predicted <= self.question.tolerance).all())
        one.verdict = PREDICTED_WITHIN if within else PREDICTED_OUTSIDE if known else UNRESOLVED

    def _told(self, chosen: Assessment | None) -> Decision:
        observable = self.question.observable
        if self.measure is not None and observable.pooled:
            values = self.measure.runs.values
            mean, sd = values.mean(axis=(0, 1)), values.std(axis=(0, 1))
        elif self.prediction is not None:
            mean, sd = self.prediction.mean[observable.columns], self.prediction.sd[observable.columns]
        else:
            mean = sd = np.full(len(observable.columns), np.nan)
        return Decision(
            self.network, self.question, self.prediction, self.doubt, tuple(self.assessments), chosen, mean, sd,
            self.copies, self.measure,
        )  # fmt: skip
