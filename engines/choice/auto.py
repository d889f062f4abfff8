"""engine="auto": the choice for one call of ``simulate``, at its own volume and over its own times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from engines.choice.cautions import cautions
from engines.choice.decision import BUDGET, Decision, Question, decide
from engines.choice.observable import DISTRIBUTION, Observable, read_observable
from engines.choice.pilots import PilotError, Runs, Window
from engines.choice.read import check_tolerance, read_engines
from engines.choice.reasons import reason
from engines.gillespie import Gillespie
from engines.kernel import check_laws
from engines.request import ARGUMENTS, AUTO, Request, RequestError
from engines.start import check_propensities
from mechanisms.faults import Fault, nearest
from mechanisms.network import Network

ASKED = "simulate"


@dataclass(frozen=True)
class _Options:
    """Those of ``choose`` that engine="auto" takes."""

    tolerance: float = 0.05
    observable: str = DISTRIBUTION
    of: Any = None
    at_least: Any = None
    at_most: Any = None
    rearm: Any = None
    engines: Any = None
    budget: float = BUDGET


def engine_for(
    network: Network, request: Request, record: str, options: Mapping[str, Any]
) -> tuple[Any, dict[str, Any]]:
    """The engine for a request of ``simulate``, and what its result says of the choice.

    The errors are those over the times of the request, from the initial state on. Pilot runs take no longer than exact
    runs of all that was asked would. Only engines that can do what was
    asked are considered: many trajectories need one with noise, every event one that fires reactions one by one.
    Raises RequestError for options that cannot be, and where no engine that is allowed is known to be right.
    """
    faults: list[Fault] = []
    for name in options:
        if name not in _Options.__dataclass_fields__:
            known = list(_Options.__dataclass_fields__)
            near = nearest(name, [*known, *ARGUMENTS])
            faults.append(Fault(f"engine '{AUTO}'", f"option '{name}'", ", ".join(known), near))
    given = _Options(**{name: value for name, value in options.items() if name in _Options.__dataclass_fields__})
    observable = read_observable(
        network, given.observable, given.of, given.at_least, given.at_most, given.rearm, faults
    )
    allowed = read_engines(network, given.engines, faults)
    check_tolerance(given.tolerance, given.budget, faults)
    check_propensities(network, float(request.grid[0]), faults)
    if faults or observable is None:
        raise RequestError(faults, ASKED)
    if record == "events":
        allowed = tuple(name for name in allowed if name == "gillespie")
    elif len(request.numbers) > 1:
        allowed = tuple(name for name in allowed if name != "ode")
    check_laws(network)
    meant = (float(request.grid[0]), float(request.grid[-1]))
    budget = float(given.budget)
    if "gillespie" in allowed:
        budget = min(budget, _exact_seconds(network, observable, request))
    question = Question(observable, given.tolerance, meant, allowed, 0, budget, request.workers)
    decision = decide(network, question, ASKED)
    if decision.chosen is None:
        raise RequestError(
            [Fault(f"engine '{AUTO}'", reason(decision), "a larger tolerance=, or more engines=")], ASKED
        )
    return decision.chosen.candidate.engine, _told(decision)


def _exact_seconds(network: Network, observable: Observable, request: Request) -> float:
    """Processor seconds of the request, if it is run exactly."""
    window = Window.between(observable, float(request.grid[0]), float(request.grid[-1]))
    try:
        cost = Runs(network, Gillespie(), observable, window, 0, 1).cost()
    except PilotError:
        return np.inf
    return cost * window.length * len(request.numbers)


def _told(decision: Decision) -> dict[str, Any]:
    """Attributes of the result: what was asked, what was chosen and why."""
    chosen, question = decision.chosen, decision.question
    assert chosen is not None
    found: dict[str, Any] = {
        "choice": chosen.candidate.name,
        "choice_observable": f"{question.observable.text()} of {', '.join(question.observable.names)}",
        "choice_tolerance": question.tolerance,
        "choice_verdict": chosen.verdict,
        "choice_error": chosen.worst,
        "choice_reason": reason(decision),
        "choice_pilot_runs": len(decision.measure.runs.values) if decision.measure else 0,
    }
    mind = cautions(decision, {})
    more = {"choice_doubt": decision.doubt, "choice_cautions": "; ".join(mind)}
    return found | {name: text for name, text in more.items() if text}
