"""Arguments of another kind than those that are meant: faults of the model, as wrong values are."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import microdomain as md
from engines.request import RequestError
from mechanisms.units import registry
from tests.faulty_models import Cases, hill, start, the_fault_of

LAW = "a function declared with @rate_law"
HUGE = 10**400

CASES: Cases = {
    "name": (lambda m: m.compartment(None, 1.0), ("compartment 'None'", "the name None", "text", "")),
    "name that cannot be looked up": (
        lambda m: m.parameter([], 1.0, "1"),
        ("parameter '[]'", "the name []", "text", ""),
    ),
    "name of a reaction": (
        lambda m: m.reaction("buffer -> bound", k=1.0, name=np.zeros(2)),
        ("reaction 'buffer -> bound'", "the name array([0., 0.])", "text", ""),
    ),
    "unit": (
        lambda m: m.parameter("k", 1.0, ["1/s"]),
        ("parameter 'k'", "the unit '['1/s']'", "a unit that pint knows, as '1/uM/s'", ""),
    ),
    "unit of an input": (
        lambda m: m.input("ip3", md.constant(1.0), "bananas"),
        ("input 'ip3'", "the unit 'bananas'", "a unit that pint knows, as 'uM'", ""),
    ),
    "protocol": (
        lambda m: m.input("ip3", 1.0, "uM"),
        ("input 'ip3'", "1.0", "a protocol, such as pulse(1, 0.5, 2.0)", ""),
    ),
    "law of a quantity": (lambda m: m.quantity("q", 3), ("quantity 'q'", "the law 3", LAW, "")),
    "law of a variable": (lambda m: m.variable("x", 1.0, "1/s", "Ca"), ("variable 'x'", "the law 'Ca'", LAW, "")),
    "what an event sets": (
        lambda m: m.event("e", ["buffer"], at=1.0),
        ("event 'e'", "nothing that it sets", "{'<species or variable>': value}", ""),
    ),
    "count": (
        lambda m: m.species("Na", "er", count=HUGE),
        ("species 'Na', count", f"{HUGE}", "a whole number, 0 or more", ""),
    ),
    "volume": (
        lambda m: m.compartment("soma", HUGE),
        ("compartment 'soma', volume", f"{HUGE}", "a number in fL, or text such as '1.5 fL'", ""),
    ),
    "values by name": (
        lambda m: m.changed(parameters=[1.0]),
        ("changed(parameters=...)", "[1.0]", "values by name, as {'<name>': value}", ""),
    ),
    "name among the values": (
        lambda m: m.changed(volumes={1: 2.0}),
        ("changed(volumes=...)", "'1'", "compartments: cytosol, er", ""),
    ),
    "clamped": (
        lambda m: m.species("Na", "er", 1.0, clamped=2.0),
        ("species 'Na', clamped", "2.0", "True, False or an input", ""),
    ),
    "label": (lambda m: m.species("Na", "er", 1.0, label=2), ("species 'Na', label", "2", "text", "")),
    "source": (
        lambda m: m.parameter("k", 1.0, "1/s", source=1907),
        ("parameter 'k', source", "1907", "text", ""),
    ),
    "volume that is almost none": (
        lambda m: (m.compartment("dot", 1e-320), m.species("X", "dot"), m.reaction("2 X -> 0", k=1.0)),
        ("reaction '2 X -> 0'", "'dot' of 9.99989e-321", "a larger place", ""),
    ),
    "factor": (lambda m: m.scaled("2"), ("scaled", "'2'", "a number above 0", "")),
    "stoichiometry": (
        lambda m: m.reaction("buffer -> 3000000000 bound", k=1.0),
        (
            "reaction",
            "more than 1000000000 of 'bound' in one reaction",
            "an equation such as '2 A + B -> C' or '0 <-> A'",
            "",
        ),
    ),
}


@pytest.mark.parametrize(("change", "expected"), CASES.values(), ids=list(CASES))
def test_odd_arguments_are_faults(change: Callable[[md.Model], Any], expected: tuple[str, str, str, str]) -> None:
    assert the_fault_of(change) == expected


def test_a_stoichiometry_that_fits_is_kept_to_the_last_molecule() -> None:
    """10^9 at a time are whole numbers; more of them once overflowed to negative counts."""
    model = md.Model("burst")
    cell = model.compartment("cell", 1.0)
    model.species("A", cell, count=30)
    model.species("B", cell)
    model.reaction("A -> 1000000000 B", k=1.0)
    a, b = md.simulate(model, [0.0, 1.0], engine="gillespie", seed=1).counts.values[0, -1]
    assert b == (30 - a) * 10**9


@pytest.mark.parametrize("given", [None, "ip3_microdomain", md.Model, md.models.ip3_microdomain, np.zeros(2)])
@pytest.mark.parametrize(
    "ask",
    [
        lambda m: md.simulate(m, 1.0, engine="ode"),
        lambda m: md.choose(m, [1.0]),
        lambda m: md.noise_scaling(m, [1.0, 2.0]),
        lambda m: md.linear_noise(m, 1.0),
        md.stationary_noise,
        lambda m: md.master_equation(m, 1.0),
        md.stationary_distribution,
        md.write_sbml,
        md.to_gillespy2,
    ],
)
def test_what_is_no_model_is_refused(ask: Callable[[Any], Any], given: Any) -> None:
    with pytest.raises(RequestError, match=r"model: found .*; allowed: a model, such as"):
        ask(given)


@pytest.mark.parametrize(
    "request_of",
    [
        {"trajectories": [HUGE]},
        {"record": "statistics", "histograms": ["Ca"]},
        {"engine": {"cytosol": np.zeros(2)}},
        {"engine": {0.5: "jump"}},
        {"times": registry().Quantity([2.0, 1.0], "s")},
        {"times": HUGE},
        {"max_events": HUGE},
        {"record": "statistics", "histograms": {"buffer": registry().Quantity([1.0, 2.0], "s")}},
    ],
    ids=["trajectory", "histograms", "reading", "place", "times", "end", "option", "edges"],
)
def test_odd_requests_are_refused(request_of: dict[str, Any]) -> None:
    model = start()
    model.reaction("buffer -> bound", hill, a="buffer", v=1.0, half=1.0)
    with pytest.raises(RequestError):
        md.simulate(model, **{"times": 1.0, "engine": "gillespie", "seed": 1, **request_of})


def test_options_may_be_any_real_numbers() -> None:
    """They are attributes of the result, as text."""
    model = start()
    model.reaction("buffer -> bound", k=1.0)
    data = md.simulate(model, 1.0, engine="ode", max_steps=np.int64(1000), rtol=Fraction(1, 1000))
    assert '"max_steps": 1000' in data.engine_options
    assert '"rtol": 0.001' in data.engine_options


def test_a_list_of_times_with_units_is_converted() -> None:
    model = start()
    model.reaction("buffer -> bound", k=1.0)
    times = [registry().Quantity(t, "ms") for t in (0.0, 500.0)]
    assert md.simulate(model, times, engine="ode").time.values.tolist() == [0.0, 0.5]


@pytest.mark.parametrize(
    ("name", "given", "found"),
    [("of", 0.5, "'0.5'"), ("of", [len], "len"), ("compartment", np.zeros(2), "array"), ("fixed", [1], r"'\[1\]'")],
)
def test_odd_questions_are_refused(name: str, given: Any, found: str) -> None:
    model = start()
    model.reaction("buffer -> bound", k=1.0)
    with pytest.raises(RequestError, match=f"{name}: found .*{found}"):
        md.choose(model, [1.0], **{name: given})
