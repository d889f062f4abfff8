"""python -m benchmarks.engine_choice: does ``choose`` keep its promise, and what does it cost?

Questions about models and random networks, each with a tolerance. Every engine that could have been chosen is measured
by independent runs against the exact answer: the share of answers within tolerance, and the cost of what was chosen
against that of the cheapest engine that was good enough in hindsight.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from scipy.stats import binomtest

import microdomain as md
from benchmarks.choice_cases import Case, cases
from benchmarks.choice_truth import Found, OutOfReach, Truth
from benchmarks.regimes_figure import plain
from engines.choice.candidates import candidates
from engines.choice.observable import read_observable
from engines.choice.pilots import Window
from engines.request import ENGINES
from microdomain.style import COLORS, QUIET, STYLE

FIGURE = Path("docs/figures/engine_choice.png")
SEED = 20_000
FINEST = 1e-3
"""The smallest error that is drawn: sampling shows no less."""
SHORT = {
    "standard deviation": "sd", "distribution": "law", "event rate": "events", "first passage": "passage",
    "gillespie": "exact", "ode": "ode", "langevin": "langevin", "tau_leaping": "leaping",
    "hybrid: jump or diffusion": "adaptive",
}  # fmt: skip
"""Words for the table; all other names are of hybrid engines."""


@dataclass(frozen=True)
class Answer:
    """What was chosen, and what each candidate errs by: promised by choose, and found.

    predicted, audited: by name of candidate, NaN where there is none. found: measured errors and costs by name.
    """

    name: str
    volume: float
    observable: str
    tolerance: float
    chosen: str
    verdicts: dict[str, str]
    predicted: dict[str, float]
    audited: dict[str, float]
    found: dict[str, Found]
    exact_law: bool
    seconds: float
    reason: str

    @property
    def error(self) -> float:
        """Of the chosen engine."""
        return self.found[self.chosen].known

    @property
    def promised(self) -> float:
        """What choose said of it: audited where it was, else predicted; nothing of exact runs."""
        if self.chosen == "gillespie":
            return 0.0
        audited = self.audited[self.chosen]
        return self.predicted[self.chosen] if np.isnan(audited) else audited

    @property
    def kept(self) -> bool:
        """Whether the error is within the tolerance."""
        return self.error <= self.tolerance

    @property
    def broken(self) -> bool:
        """Whether it is not, beyond the doubt of sampling."""
        return self.found[self.chosen].outside(self.tolerance)

    @property
    def cheapest(self) -> str:
        """The engine that would have been enough in hindsight."""
        enough = [name for name, one in self.found.items() if one.known <= self.tolerance]
        return min(enough, key=lambda name: self.found[name].cost)

    @property
    def ratio(self) -> float:
        """Cost of the chosen engine over that of the cheapest that was enough."""
        return self.found[self.chosen].cost / self.found[self.cheapest].cost


def answer(case: Case, seconds: float, budget: float) -> Answer | str:
    """Ask ``choose``, then measure; why not, where there is no exact answer.

    seconds: of processor time for the runs of each engine. budget: of the pilot runs of ``choose``, in the same.
    """
    warnings.simplefilter("ignore")
    asked = dict(case.asked)
    model = case.make().scaled(case.factor, fixed=asked.pop("fixed", "densities"), nearest=True)
    duration, network = asked.get("duration"), model.network()
    faults: list = []
    observable = read_observable(
        network, case.observable, asked.get("of"), asked.get("at_least"), None, asked.get("rearm"), faults
    )
    slower = 1.0
    if duration is None:
        slowest = 1 / float(md.stationary_noise(model, lags=0, frequencies=0).relaxation_rate.min())
        window = Window.stationary(observable, slowest)
        slower = max((case.relaxation or slowest) / slowest, 1.0)
    else:
        window = Window.between(observable, 0.0, float(duration))
    name = f"{model.name}{'' if asked.get('of') is None else ', ' + asked['of'].partition('.')[0]}"
    try:
        truth = Truth(model, observable, window, slower, duration is None, seconds, SEED + 100)
    except OutOfReach as reason:
        return f"{name}: {reason}"
    began = time.process_time()
    choice = md.choose(
        model, tolerance=case.tolerance, observable=case.observable, seed=SEED, budget=budget, workers=1, **asked
    )
    spent = time.process_time() - began
    data = choice.data.isel(volume=0)
    copies = network.initial[: network.counted]
    allowed = [engine for engine, made in ENGINES.items() if not made().refusal(network)]
    engines = {c.name: c.engine for c in candidates(network, copies, allowed)}
    chosen = str(data.engine.item())
    engines[chosen] = choice.engines[0]
    found = {name: truth.of(engine, always=name == chosen) for name, engine in engines.items()}
    names = [str(one) for one in data.candidate.values]
    table = {key: dict(zip(names, data[f"candidate_{key}"].values, strict=True)) for key in ("predicted", "audited")}
    return Answer(
        name, float(data.volume), case.observable, case.tolerance, chosen,
        dict(zip(names, data.candidate_verdict.values.tolist(), strict=True)), table["predicted"], table["audited"],
        {key: one for key, one in found.items() if one is not None}, truth.law is not None, spent,
        str(data.reason.item()),
    )  # fmt: skip


def _number(value: float) -> str:
    return "-" if np.isnan(value) else f"{value:.3f}" if value >= 5e-4 else "0"


def _engine(name: str) -> str:
    """In a word."""
    return SHORT.get(name, "hybrid")


def report(answers: Sequence[Answer], console: Console) -> None:
    """A row for each answer."""
    title = "Promised and realised errors; ? and !: perhaps, and surely, above what was allowed\n"
    title += "cost: over that of the cheapest engine that was enough"
    table = Table(box=SIMPLE, title=title, padding=(0, 1, 0, 0), pad_edge=False)
    for heading in ("model", "fL", "of", "allowed", "chosen", "promised", "realised", "cost", "cheapest"):
        left = heading in ("model", "of", "chosen", "cheapest")
        table.add_column(heading, justify="left" if left else "right", no_wrap=True)
    for one in answers:
        sign = " " if one.kept else "!" if one.broken else "?"
        table.add_row(
            one.name.replace("_microdomain", ""), plain(one.volume), SHORT.get(one.observable, one.observable),
            f"{one.tolerance:g}",
            _engine(one.chosen), _number(one.promised), _number(one.error) + sign, f"{one.ratio:.2f}",
            "" if one.cheapest == one.chosen else _engine(one.cheapest),
        )  # fmt: skip
    console.print(table)


def _share(kept: Sequence[bool]) -> str:
    if not kept:
        return "none"
    low, high = binomtest(sum(kept), len(kept)).proportion_ci(method="wilson")
    return f"{sum(kept)} of {len(kept)} ({sum(kept) / len(kept):.0%}, {low:.0%} to {high:.0%})"


def summary(answers: Sequence[Answer], console: Console) -> None:
    """The shares, the costs, and how often the audit overruled the prediction."""
    broken = sum(one.broken for one in answers)
    console.print(f"within tolerance: {_share([one.kept for one in answers])}; surely outside: {broken}; aim 95 %")
    for label, chosen in (
        ("where something cheaper than exact runs was chosen", [a for a in answers if a.chosen != "gillespie"]),
        ("random networks", [a for a in answers if a.name.startswith(("random", "bounded"))]),
    ):
        console.print(f"  {label}: {_share([one.kept for one in chosen])}")
    ratios = np.array([one.ratio for one in answers if one.kept])
    parts = np.quantile(ratios, [0.5, 0.75, 0.9])
    console.print(f"cost over the cheapest that was enough: median {parts[0]:.2f}, quartile {parts[1]:.2f}, "
                  f"one in ten above {parts[2]:.2f}; aim: median 1.5")  # fmt: skip
    for label, verdict, sign in (("admitted", "within", 1), ("refused", "outside", -1)):
        overruled = [
            (one, name)
            for one in answers
            for name, given in one.verdicts.items()
            if given == verdict and sign * (one.predicted[name] - one.tolerance) > 0
        ]
        known = [(one, name) for one, name in overruled if name in one.found]
        right = [sign * (one.tolerance - one.found[name].known) >= 0 for one, name in known]
        questions = len({id(one) for one, _ in overruled})
        console.print(
            f"the audit {label} what the prediction would not have: {len(overruled)} engines in {questions} questions, "
            f"rightly in {sum(right)} of {len(right)} that were measured"
        )
    console.print(f"choose itself: median {np.median([one.seconds for one in answers]):.2g} s of processor, "
                  f"longest {max(one.seconds for one in answers):.2g} s")  # fmt: skip
    for one in answers:
        if not one.kept:
            about = f"{one.name}, {one.observable}, {one.volume:.3g} fL, tolerance {one.tolerance:g}"
            console.print(f"not within: {about}: {one.found[one.chosen]}; {one.reason}")


def figure(answers: Sequence[Answer], path: Path) -> None:
    """Realised errors over predicted and audited ones, by engine, and the cost."""
    points = [(one, name) for one in answers for name in one.found if name != "gillespie"]
    words = list(dict.fromkeys(_engine(name) for _, name in points))
    with mpl.rc_context(STYLE):
        drawing = Figure(figsize=(13, 4.2), layout="constrained")
        panels = drawing.subplots(1, 3)
        for panel, key, title in zip(panels, ("predicted", "audited"), ("linear noise", "pilot runs"), strict=False):
            panel.plot([FINEST, 3], [FINEST, 3], color=QUIET, lw=1)
            for word, color in zip(words, COLORS, strict=False):
                pairs = [
                    (getattr(one, key).get(name, np.nan), one.found[name].known)
                    for one, name in points
                    if _engine(name) == word
                ]
                x, y = np.clip(np.array(pairs).T, FINEST, 3)
                panel.loglog(x, y, ".", color=color, alpha=0.7, label=word, clip_on=False)
            panel.set(xlabel=f"error expected from {title}", ylabel="error found", aspect="equal")
            panel.set(xlim=(FINEST, 3), ylim=(FINEST, 3), title=f"Errors from {title}")
        panels[0].legend(fontsize=8, loc="upper left", frameon=False)
        panels[2].hist([one.ratio for one in answers], bins=np.geomspace(0.5, 50, 30), color=COLORS[0])
        panels[2].set(xscale="log", xlabel="cost over the cheapest engine that was enough", ylabel="questions")
        panels[2].set_title("Cost of what was chosen")
        drawing.savefig(path, dpi=110)


def main() -> None:
    """All questions, two at a time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one question in six, fewer runs; draws no figure")
    parser.add_argument("--figure", type=Path, default=FIGURE)
    given = parser.parse_args()
    asked = cases(given.quick)
    seconds, budget = (0.3, 0.5) if given.quick else (0.4, 2.0)
    with ProcessPoolExecutor(2, mp_context=get_context("forkserver")) as pool:
        found = list(pool.map(answer, asked, [seconds] * len(asked), [budget] * len(asked)))
    answers = [one for one in found if isinstance(one, Answer)]
    console = Console(width=88)
    report(answers, console)
    summary(answers, console)
    for one in found:
        if isinstance(one, str):
            console.print(f"no exact answer: {one}")
    if not given.quick:
        figure(answers, given.figure)


if __name__ == "__main__":
    main()
