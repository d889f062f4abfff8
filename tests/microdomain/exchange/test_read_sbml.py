"""SBML in: what becomes of each construct; documents are read and simulated, and compared with exact answers."""

import math

import numpy as np
import pytest

import microdomain as md
from microdomain.exchange.sbml.read import read
from microdomain.exchange.sbml.results import ResultValues
from tests.microdomain.exchange import documents as d

N_A = 6.02214076e23


def ode(text: str, times=(0.0, 1.0), **names: str) -> dict[str, float]:
    """The last value of names of the document, by id."""
    imported = read(text)
    values = ResultValues(imported, md.simulate(imported.model, times, engine=md.ODE(rtol=1e-9, atol=1e-9)))
    return {name: float(values[name][0, -1]) for name in (*imported.contents.parameters, *imported.contents.species)}


def rates(text: str) -> tuple[np.ndarray, tuple[str, ...]]:
    """Events per second of each reaction at the start, where molecules are counted, and their names."""
    from engines.views import Views

    network = md.read_sbml(text).network()
    return Views(network).propensities(network.initial[None])[0], network.reactions


def test_decay_in_amounts() -> None:
    text = d.document(
        d.compartment(), d.species("A", 100), d.parameter("k", 0.5), d.reaction("R", {"A": 1}, {}, "k * A")
    )
    model = md.read_sbml(text)
    assert model.network().mass_action.all()
    assert ode(text)["A"] == pytest.approx(100 * math.exp(-0.5), rel=1e-7)


def test_concentrations_are_amounts_over_sizes() -> None:
    """d[A]/dt = -k [A] / V in a compartment of size 2, and the amount in the law is the concentration."""
    parts = (d.compartment(size=2.0), d.parameter("k", 0.5), d.reaction("R", {"A": 1}, {}, "k * A"))
    found = ode(d.document(*parts, d.species("A", concentration=100, in_amounts=False)))
    assert found["A"] == pytest.approx(100 * math.exp(-0.25), rel=1e-7)


def test_mass_action_counts_without_replacement() -> None:
    """k A^2 of 2 A -> B happens k n (n - 1) times per second where molecules are counted."""
    text = d.document(
        d.compartment(), d.species("A", 5), d.parameter("k", 0.1), d.reaction("R", {"A": 2}, {}, "k * A * A")
    )
    assert rates(text)[0] == pytest.approx([0.1 * 5 * 4])


def test_a_law_written_for_counting_is_taken_as_it_is() -> None:
    text = d.document(
        d.compartment(),
        d.species("A", 5),
        d.parameter("k", 0.1),
        d.reaction("R", {"A": 2}, {}, "k * A * (A - 1) / 2", True),
    )
    found, names = rates(text)
    assert names == ("R",)
    assert found == pytest.approx([0.1 * 5 * 4 / 2])


def test_a_modifier_is_a_catalyst() -> None:
    text = d.document(
        d.compartment(), d.species("A", 5), d.species("E", 3), d.reaction("R", {"A": 1}, {}, "0.1 * E * A * c")
    )
    assert md.read_sbml(text).network().mass_action.all()
    assert rates(text)[0] == pytest.approx([0.1 * 5 * 3])


@pytest.mark.parametrize("law", ["c * (kf * A - kb * B)", "kf * A * c + -kb * c * B", "(kf * A - kb * B) / (1 / c)"])
def test_a_reversible_law_is_split(law: str) -> None:
    parts = (d.compartment(), d.species("A", 10), d.species("B", 4), d.parameter("kf", 0.3), d.parameter("kb", 0.5))
    found, names = rates(d.document(*parts, d.reaction("R", {"A": 1}, {"B": 1}, law, reversible=True)))
    assert names == ("R", "R (back)")
    assert found == pytest.approx([3.0, 2.0])


def test_a_reversible_saturating_law_is_split() -> None:
    parts = (d.compartment(), d.species("A", 10), d.species("B", 4))
    text = d.document(*parts, d.reaction("R", {"A": 1}, {"B": 1}, "(6 * A - 2 * B) / (2 + A + B)", reversible=True))
    found, names = rates(text)
    assert names == ("R", "R (back)")
    assert found == pytest.approx([60 / 16, 8 / 16])


def test_a_law_that_becomes_negative_is_refused_only_where_it_is_a_rate() -> None:
    """The ODE may follow it; a propensity below 0 is told with its reaction and the remedy."""
    text = d.document(
        d.compartment(), d.species("A", 5), d.species("B", 9), d.reaction("R", {"A": 1}, {"B": 1}, "A - B")
    )
    assert ode(text)["A"] == pytest.approx(7 - 2 * math.exp(-2), rel=1e-7)
    with pytest.raises(
        md.RequestError,
        match=r"found the law 'a - b' gives -4 with a = 5 \(A.c\), b = 9 \(B.c\) at the initial state; a",
    ):
        md.simulate(md.read_sbml(text), 1.0, engine="gillespie")


def test_a_negative_constant_is_a_reaction_the_other_way() -> None:
    text = d.document(d.compartment(), d.species("A", 5), d.parameter("k", -2), d.reaction("R", {"A": 1}, {}, "k"))
    assert ode(text)["A"] == pytest.approx(7.0)
    assert rates(text)[0] == pytest.approx([2.0])


def test_a_fraction_of_a_molecule_flows_and_does_not_jump() -> None:
    text = d.document(d.compartment(), d.species("A", 0), d.reaction("R", {}, {"A": 0.5}, "4"))
    assert ode(text)["A"] == pytest.approx(2.0)
    with pytest.raises(md.RequestError, match=r"reaction 'R': found a change of A.c by 0.5; allowed: whole numbers"):
        md.simulate(md.read_sbml(text), 1.0, engine="gillespie")


def test_a_species_at_the_boundary_does_not_change() -> None:
    text = d.document(
        d.compartment(),
        d.species("A", 5, boundaryCondition="true"),
        d.species("B", 0),
        d.reaction("R", {"A": 1}, {"B": 1}, "A"),
    )
    found = ode(text)
    assert (found["A"], found["B"]) == (5.0, pytest.approx(5.0))


def test_local_parameters_shadow_global_ones() -> None:
    parts = (d.compartment(), d.species("A", 0), d.species("B", 0), d.parameter("k", 2))
    text = d.document(*parts, d.reaction("R", {}, {"A": 1}, "k", k=3.0), d.reaction("S", {}, {"B": 1}, "k"))
    found = ode(text)
    assert (found["A"], found["B"], found["R_k"]) == (pytest.approx(3.0), pytest.approx(2.0), 3.0)


def test_functions_are_written_out() -> None:
    twice, power = d.function("twice", "lambda(x, 2 * x)"), d.function("four", "lambda(x, twice(twice(x)))")
    text = d.document(twice, power, d.compartment(), d.species("A", 0), d.reaction("R", {}, {"A": 1}, "four(3)"))
    assert ode(text)["A"] == pytest.approx(12.0)


def test_initial_assignments_are_computed_in_the_order_of_need() -> None:
    text = d.document(
        d.compartment(size=None), d.species("A", in_amounts=False), d.parameter("p"), d.parameter("q", 3),
        d.assignment("A", "p + c"), d.assignment("p", "2 * q"), d.assignment("c", "q + 1"),
    )  # fmt: skip
    found = ode(text)
    assert (found["A"], found["p"]) == (pytest.approx(10.0), 6.0)


def test_rules_of_all_kinds() -> None:
    """x = sin t, y = 2 x, and the rate of x as a formula's symbol."""
    text = d.document(
        d.parameter("x", 0, False), d.parameter("y", constant=False), d.parameter("z", constant=False),
        d.rule("assignment", "z", "y + rateOf(x)"), d.rule("rate", "x", "cos(time)"),
        d.rule("assignment", "y", "2 * x"),
    )  # fmt: skip
    found = ode(text)
    assert found["x"] == pytest.approx(math.sin(1), abs=1e-6)
    assert found["y"] == pytest.approx(2 * math.sin(1), abs=1e-6)
    assert found["z"] == pytest.approx(2 * math.sin(1) + math.cos(1), abs=1e-6)


def test_a_growing_compartment_dilutes() -> None:
    """The amount stays, and a first-order law of the concentration slows down: dn/dt = -n / (1 + t)."""
    text = d.document(
        d.compartment(constant=False), d.species("A", 6, in_amounts=False), d.rule("rate", "c", "1"),
        d.reaction("R", {"A": 1}, {}, "A"),
    )  # fmt: skip
    assert ode(text)["A"] == pytest.approx(6 / 2 / 2, rel=1e-6)


def test_conversion_factors_scale_what_a_reaction_changes() -> None:
    text = d.document(
        d.compartment(), d.species("A", 0), d.species("B", 0, conversionFactor="two"), d.parameter("half", 0.5),
        d.parameter("two", 2), d.reaction("R", {}, {"A": 1, "B": 1}, "4"), conversionFactor="half",
    )  # fmt: skip
    found = ode(text)
    assert (found["A"], found["B"]) == (pytest.approx(2.0), pytest.approx(8.0))


def test_an_event_sets_species_and_parameters() -> None:
    text = d.document(
        d.compartment(size=2), d.species("A", 0, in_amounts=False), d.parameter("k", 1, False),
        d.reaction("R", {}, {"A": 1}, "k"), d.event("E", "time >= 0.5", {"A": "10 * k", "k": "3 + A"}),
    )  # fmt: skip
    found = ode(text)
    assert found["k"] == pytest.approx(3.25, rel=1e-6)
    assert found["A"] == pytest.approx(10 + 0.5 * 3.25 / 2, rel=1e-6)


def test_events_and_variables_beside_counted_molecules() -> None:
    """A count is set when it is reached, whatever engine: A grows to 5 and starts again."""
    text = d.document(
        d.compartment(), d.species("A", 0), d.reaction("R", {}, {"A": 1}, "50"), d.event("E", "A >= 5", {"A": "0"})
    )
    data = md.simulate(md.read_sbml(text), np.linspace(0, 2, 400), engine="gillespie", trajectories=20, seed=1)
    assert set(np.unique(data.counts.values)) == {0.0, 1.0, 2.0, 3.0, 4.0}


@pytest.mark.parametrize(
    ("substance", "volume", "seconds", "size", "k"),
    [
        ("item", "fL", 1.0, 2.0, 0.01),  # per molecule and fL
        ("mole", "litre", 60.0, 2e-15, 0.01 * 60 * 1e-15 * N_A),
        ("millimole", "cubic_um", 1.0, 2.0, 0.01 * 1e-3 * N_A),
    ],
)
def test_units_are_converted(substance: str, volume: str, seconds: float, size: float, k: float) -> None:
    """2 A -> 0 at k [A]^2 V in the units of the document: 12 molecules in 2 fL give one rate per second."""
    per = {"item": 1.0, "mole": N_A, "millimole": 1e-3 * N_A}[substance]
    text = d.document(
        d.unit("fL", d.factor("litre", scale=-15)), d.unit("millimole", d.factor("mole", scale=-3)),
        d.unit("cubic_um", d.factor("metre", exponent=3, scale=-6)),
        d.unit("t", d.factor("second", multiplier=seconds)),
        d.compartment(size=size), d.species("A", 12 / per, in_amounts=False), d.parameter("k", k),
        d.reaction("R", {"A": 2}, {}, "k * A^2 * c"),
        substanceUnits=substance, extentUnits=substance, volumeUnits=volume, timeUnits="t",
    )  # fmt: skip
    assert md.read_sbml(text).network().initial == pytest.approx([12.0], rel=1e-12)
    assert rates(text)[0] == pytest.approx([0.01 * 12 * 11 / 2], rel=1e-9)


def test_a_surface_is_a_membrane() -> None:
    text = d.document(
        d.unit("um2", d.factor("metre", exponent=2, scale=-6)), d.compartment(size=4, spatialDimensions=2, units="um2"),
        d.species("A", 8, in_amounts=False), d.reaction("R", {"A": 2}, {}, "3 * A^2 * c"), substanceUnits="item",
    )  # fmt: skip
    model = md.read_sbml(text)
    assert model.network().units == ("1/um^2",)
    assert rates(text)[0] == pytest.approx([3 * 8 * 7 / 4])


def test_names_that_laws_of_every_model_have_are_free() -> None:
    """A parameter called "time" is not the time."""
    text = d.document(
        d.compartment(), d.species("A", 0), d.parameter("temperature", 7), d.parameter("x", 0, False),
        d.reaction("R", {}, {"A": 1}, "temperature"), d.rule("rate", "x", "time"),
    )  # fmt: skip
    found = ode(text.replace("temperature", "time_of_day"))
    assert found["x"] == pytest.approx(0.5, abs=1e-6)
    assert ode(text)["A"] == pytest.approx(7.0)


def test_laws_of_one_form_are_one_law() -> None:
    """Each distinct law is compiled."""
    parts = [d.species(f"S{i}", 5) for i in range(6)]
    parts += [d.reaction(f"R{i}", {f"S{i}": 1}, {}, f"2 * S{i} / ({i + 1}.5 * k + S{i})") for i in range(6)]
    network = md.read_sbml(d.document(d.compartment(), d.parameter("k", 1), *parts)).network()
    assert len(set(network.law[:6])) == 6
    parts = parts[:6] + [d.reaction(f"R{i}", {f"S{i}": 1}, {}, f"2 * S{i} / (k + S{i})") for i in range(6)]
    network = md.read_sbml(d.document(d.compartment(), d.parameter("k", 1), *parts)).network()
    assert len(set(network.law[:6])) == 1


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("piecewise(1, x < 2, 2)", 1.0), ("piecewise(1, x > 2, 3, x == 1.5, 2)", 3.0), ("x^3", 3.375),
        ("log10(100)", 2.0), ("ln(x)", math.log(1.5)), ("root(3, x)", 1.5 ** (1 / 3)), ("factorial(4)", 24.0),
        ("ceil(x) - floor(x)", 1.0), ("quotient(7, x)", 4.0), ("rem(7, 2)", 1.0), ("max(1, x, 1.2)", 1.5),
        ("min(1, x)", 1.0), ("arccot(x)", math.atan(1 / 1.5)), ("sech(x)", 1 / math.cosh(1.5)), ("abs(-x)", 1.5),
        ("piecewise(1, (x > 1) && !(x > 2), 0)", 1.0), ("piecewise(1, xor(x > 1, x > 1.2, x > 1.4), 0)", 1.0),
        ("piecewise(1, implies(x > 2, x > 9), 0)", 1.0), ("avogadro / 6.02214179e23", 1.0), ("(x > 1) + 1", 2.0),
        ("1 / 0", math.inf), ("ln(-1)", math.nan), ("0^0", 1.0), ("exp(1000)", math.inf),
    ],
)  # fmt: skip
def test_mathematics(formula: str, expected: float) -> None:
    """As an initial value, by numbers, and in a rule, by arrays."""
    text = d.document(
        d.parameter("x", 1.5), d.parameter("start"), d.parameter("rule", constant=False), d.parameter("t", 0, False),
        d.assignment("start", formula), d.rule("assignment", "rule", formula), d.rule("rate", "t", "1"),
    )  # fmt: skip
    found = ode(text, (0.0, 0.1))
    assert found["start"] == pytest.approx(expected, rel=1e-12, nan_ok=True)
    assert found["rule"] == pytest.approx(expected, rel=1e-12, nan_ok=True)


def test_mathematics_when_compiled() -> None:
    """The same functions where they drive a variable: dx/dt by the recorded text, its derivative by SymPy."""
    formulas = {
        "piecewise(1, (x < 0.5) && !(x > 0.4), 2)": lambda x: 1 if x <= 0.4 else 2,
        "floor(3 * x) + ceil(x) + quotient(x, 0.3)": lambda x: math.floor(3 * x) + math.ceil(x) + x // 0.3,
        "x^p / (0.5^p + x^p) + factorial(x)": lambda x: x**2.5 / (0.5**2.5 + x**2.5) + math.gamma(x + 1),
        "arcsinh(x) + tan(x) + max(x, 0.2)": lambda x: math.asinh(x) + math.tan(x) + max(x, 0.2),
    }
    for formula, function in formulas.items():
        text = d.document(d.parameter("x", 0, False), d.parameter("p", 2.5), d.rule("rate", "x", formula))
        found, x, steps = ode(text, (0.0, 0.4))["x"], 0.0, 40_000
        for _ in range(steps):
            x += 0.4 / steps * function(x)
        assert found == pytest.approx(x, rel=2e-4)


@pytest.mark.parametrize(("level", "version"), [(1, 2), (2, 1), (2, 2), (2, 3), (2, 4), (2, 5), (3, 1), (3, 2)])
def test_levels_and_versions(level: int, version: int) -> None:
    """The same document, converted by libsbml, has the same rates."""
    import libsbml

    text = d.document(
        d.unit("fL", d.factor("litre", scale=-15)), d.unit("mmol", d.factor("mole", scale=-3)),
        d.compartment(size=3, units="fL"), d.species("A", 12, in_amounts=False, substanceUnits="item"),
        d.species("B", 4, in_amounts=False, substanceUnits="item"), d.parameter("k", 0.2),
        d.reaction("R", {"A": 2}, {"B": 1}, "c * k * A^2"), d.reaction("S", {"B": 1}, {}, "p * c * B / (1 + B)", p=5.0),
        substanceUnits="item", extentUnits="item", volumeUnits="fL", timeUnits="second",
    )  # fmt: skip
    other = libsbml.readSBMLFromString(text)
    assert other.setLevelAndVersion(level, version, False)
    found, names = rates(libsbml.writeSBMLToString(other))
    assert names == ("R", "S")
    assert found == pytest.approx([0.2 * 12 * 11 / 3, 5 * 4 / (1 + 4 / 3)], rel=1e-9)


@pytest.mark.parametrize(
    ("trigger", "expected"),
    [("time == 2", 1), ("n < 1 && 2 == time", 1), ("time == 2 && n > 5", 0), ("time == n + 0.5 && n < 3", 3)],
)
def test_a_moment_is_not_missed(trigger: str, expected: float) -> None:
    """time == t holds at one moment only: the event happens then; once more where it sets a later one."""
    text = d.document(d.parameter("n", 0, False), d.event("e", trigger, {"n": "n + 1"}))
    assert ode(text, (0.0, 7.3))["n"] == expected


def test_a_moment_beside_other_conditions_has_no_delay() -> None:
    event = d.event("e", "time == 2 && n > 5", {"n": "1"})
    text = d.document(
        d.parameter("n", 0, False), event.replace("</trigger>", f"</trigger><delay>{d.math('1')}</delay>")
    )
    with pytest.raises(
        md.ModelError, match=r"event 'e': found a moment \(time == ...\) beside other conditions, and a d"
    ):
        md.read_sbml(text)
