"""Models of random events, beside a plain reading of section 4.11 of SBML Level 3 Version 2 in Python."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import microdomain as md
from engines.hybrid import Hybrid
from tests.reference import closed

NAMES = ("p", "q", "r")
END = 4.0


@md.rate_law(x="1", y="1", returns="1")
def total(x, y):
    return x + y


@md.rate_law(x="1", y="1", returns="1")
def difference(x, y):
    return x - y


@md.rate_law(x="1", unit="s", returns="s")
def seconds(x, unit):
    return x * unit


@dataclass
class Plan:
    """An event: times, or (name, level) which the condition is that it is above; what it sets: name + number."""

    at: Any
    above: Any
    sets: dict[str, tuple[str, float]]
    delay: Any
    priority: Any
    persistent: bool
    at_start: bool
    values: str


def random_plan(rng: np.random.Generator) -> Plan:
    """Times and delays are multiples of 1/4 s, so that many events are due at once."""
    scheduled = bool(rng.random() < 0.4)
    at = sorted(rng.choice(np.arange(0, 4, 0.25), 3, replace=False).tolist()) if scheduled else None
    level = None if scheduled else (str(rng.choice(NAMES)), float(rng.integers(-2, 3)) + 0.5)
    chosen = rng.choice(NAMES, rng.integers(1, 3), replace=False).tolist()
    sets = {name: (str(rng.choice([*NAMES, "zero"])), float(rng.integers(-3, 4))) for name in chosen}
    delay = str(rng.choice(NAMES)) if rng.random() < 0.2 else float(rng.integers(0, 4)) / 4
    priority = str(rng.choice(NAMES)) if rng.random() < 0.4 else float(rng.integers(-1, 2))
    flags = (True, False) if scheduled else (bool(rng.random() < 0.5), bool(rng.random() < 0.5))
    return Plan(at, level, sets, delay, priority, *flags, str(rng.choice(["trigger", "execution"])))


def model_of(plans: list[Plan], start: dict[str, float]) -> md.Model:
    model = closed("random", {"A": 7}, ("A -> 0", 0.0))
    model.parameter("zero", 0.0, "1")
    for name, value in start.items():
        model.variable(name, value, "1")
    model.quantity("gap", difference, x="p", y="q")  # laws in the same order in all models: they are compiled once
    for name in NAMES:
        model.quantity(f"wait_{name}", seconds, x=name, unit=1.0)
    for n, plan in enumerate(plans):
        for target, (name, number) in plan.sets.items():
            model.quantity(f"value_{n}_{target}", total, x=name, y=number)
        delay = f"wait_{plan.delay}" if isinstance(plan.delay, str) else plan.delay
        bound: dict[str, Any] = {"at": plan.at}
        if plan.above is not None:
            bound = {"when": difference, "x": plan.above[0], "y": plan.above[1]}
        model.event(
            f"event_{n}",
            {target: f"value_{n}_{target}" for target in plan.sets},
            delay=delay,
            priority=plan.priority,
            persistent=plan.persistent,
            at_start=plan.at_start,
            values=plan.values,
            **bound,
        )
    return model


def reference(plans: list[Plan], start: dict[str, float]) -> Any:
    """The states at multiples of 1/8 s, after all that happens then; raises OverflowError where events do not end."""
    state = {"zero": 0.0, **start}
    held = [plan.at is None and state[plan.above[0]] > plan.above[1] and not plan.at_start for plan in plans]
    waiting: list[tuple[float, int, Any]] = []
    found = []

    def values(plan):
        return {target: state[name] + number for target, (name, number) in plan.sets.items()}

    def trigger(n, t):
        plan = plans[n]
        delay = state[plan.delay] if isinstance(plan.delay, str) else plan.delay
        if delay < 0:
            raise OverflowError
        waiting.append((t + delay, n, values(plan) if plan.values == "trigger" else None))

    def priority(n):
        return state[plans[n].priority] if isinstance(plans[n].priority, str) else plans[n].priority

    for t in np.arange(0, END + 0.01, 0.125).tolist():
        for n, plan in enumerate(plans):
            if plan.at is not None and t in plan.at:
                trigger(n, t)
        for _ in range(1000):
            holds = [plan.at is None and state[plan.above[0]] > plan.above[1] for plan in plans]
            for n, plan in enumerate(plans):
                if held[n] and not holds[n] and not plan.persistent:
                    waiting = [one for one in waiting if one[1] != n]
            for n in range(len(plans)):
                if holds[n] and not held[n]:
                    trigger(n, t)
            held = holds
            due = [k for k, one in enumerate(waiting) if one[0] <= t]
            if not due:
                break
            first = max(due, key=lambda k: (priority(waiting[k][1]), -waiting[k][1], -k))
            _, n, kept = waiting.pop(first)
            state |= values(plans[n]) if kept is None else kept
        else:
            raise OverflowError
        found.append([state[name] for name in NAMES])
    return found


@pytest.mark.parametrize("engine", ["ode", "gillespie", Hybrid("jump or diffusion")], ids=str)
def test_random_events_happen_as_the_specification_says(engine) -> None:
    """60 models of 2 to 6 events, most of which are due together with others, are the same at every eighth of a second.

    Seen to fail: values of the trigger computed later; conditions that end within a moment left out; of equals the last
    one first.
    """
    times, ended = np.arange(0, END + 0.01, 0.125), 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        plans = [random_plan(rng) for _ in range(rng.integers(2, 7))]
        start = {name: float(rng.integers(-2, 3)) for name in NAMES}
        model = model_of(plans, start)
        try:
            expected = reference(plans, start)
        except OverflowError:
            with pytest.raises(md.SimulationError, match="event"):
                md.simulate(model, times, engine=engine, seed=1)
        else:
            found = md.simulate(model, times, engine=engine, seed=1).quantity.sel(quantities=list(NAMES)).values[0]
            assert found.tolist() == expected, f"seed {seed}"
            ended += 1
    assert ended > 30
