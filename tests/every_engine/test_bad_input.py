"""What no engine may run is refused by every engine, before anything runs, with what would help.

An affinity that does not vanish with its flux is a fault of the model: see ``tests/mechanisms/test_model_faults.py``.
"""

from typing import Any

import numpy as np
import pytest

import microdomain as md
from tests.every_engine.readings import ENGINES
from tests.reference import closed


@md.rate_law(a="1", rate="1/s", returns="1/s")
def leaving(a, rate):
    """Negative below 14.5."""
    return rate * (a - 14.5)


@md.rate_law(a="1", rate="1/s", returns="1/s")
def root(a, rate):
    return rate * md.maths.sqrt(a - 14.5)


@md.rate_law(h="1", rate="1/s", returns="1/s")
def relaxing(h, rate):
    return -rate * h


def ask(engine: str, model: md.Model) -> Any:
    """One short run, or one question."""
    reading = ENGINES[engine]
    if reading in (md.linear_noise, md.master_equation):
        return reading(model, [0.0, 0.1])
    return md.simulate(model, [0.0, 0.1], engine=reading, seed=1)


def with_law(law: Any, start: int) -> md.Model:
    model = closed("leaving", {"A": start, "B": 0}, ("0 -> B", 1.0))
    model.reaction("A -> 0", law, a="A", rate=1.0)
    return model


def with_constant(kind: str) -> md.Model:
    """A -> 0 at a constant that is below 0, or will be."""
    model = closed("constant", {"A": 9}, ("0 -> A", 1.0))
    model.parameter("parameter", -1.0, "1/s")
    model.input("input", md.step(0.05, 1.0, -1.0), "1/s")
    model.reaction("A -> 0", k=-1.0 if kind == "number" else kind)
    return model


def with_variable() -> md.Model:
    model = closed("gated", {"A": 9}, ("A -> 0", 1.0))
    model.variable("h", 1.0, "1", relaxing, rate=1.0)
    return model


def with_event() -> md.Model:
    model = closed("kicked", {"A": 9}, ("A -> 0", 1.0))
    model.event("kick", {"A": "20 uM"}, at=0.05)
    return model


FLOWS = ("ode", "hybrid: flow")


@pytest.mark.parametrize("law", [leaving, root])
@pytest.mark.parametrize("engine", ENGINES)
def test_a_law_that_is_no_propensity_at_the_start_is_refused_where_it_must_be_one(engine: str, law: Any) -> None:
    """A flow may have either sign, but must be a number."""
    model = with_law(law, 9)
    if engine in FLOWS and law is leaving:
        assert ask(engine, model).counts.values[0, 1, 0] > 9
        return
    error = md.SimulationError if engine in FLOWS else md.RequestError
    with pytest.raises(error) as caught:
        ask(engine, model)
    expected = ("A.cell = 9",) if engine in FLOWS else ("'A -> 0'", law.name, "initial state", "'<->' with affinity=")
    for part in expected:
        assert part in str(caught.value)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_law_is_not_asked_where_its_reactants_are_missing(engine: str) -> None:
    """Without any A nothing leaves, whatever the law says; a mean field follows the law."""
    if engine not in (*FLOWS, "linear noise"):
        data = ask(engine, with_law(leaving, 0))
        counts = data.counts.sel(species="A.cell") if "trajectory" in data.dims else md.marginal(data, "A")["count"]
        assert not counts.values.any()


@pytest.mark.parametrize("kind", ["number", "parameter", "input"])
@pytest.mark.parametrize("engine", ENGINES)
def test_a_constant_that_is_ever_negative_is_a_fault_of_the_model(engine: str, kind: str) -> None:
    with pytest.raises(md.ModelError, match=r"'A -> 0'(.|\n)*-1.0; allowed: (a number, )?0 or more"):
        ask(engine, with_constant(kind))


CANNOT = {
    "linear noise": ((with_event, r"event 'kick'.*engine='gillespie' or 'hybrid'"),),
    "master equation": (
        (with_event, r"event 'kick'.*engine='gillespie'"),
        (with_variable, r"variable 'h'.*engine='gillespie'"),
    ),
}


@pytest.mark.parametrize(("engine", "case"), [(engine, case) for engine in CANNOT for case in CANNOT[engine]])
def test_what_an_engine_cannot_read_names_one_that_can(engine: str, case: tuple[Any, str]) -> None:
    """And that one runs it."""
    build, message = case
    with pytest.raises(md.RequestError, match=message):
        ask(engine, build())
    assert np.isfinite(ask("gillespie", build()).counts.values).all()
