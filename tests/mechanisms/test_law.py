"""Rate laws: their declaration, their dimensions, and every law of the library read four ways."""

import dataclasses
import math
from typing import Any

import numpy as np
import pytest
import sympy

import microdomain as md
from mechanisms.law import RateLaw, rate_law
from mechanisms.recorder import record
from mechanisms.units import UnitError


@rate_law(ca="uM", v_max="uM/s", half="uM", returns="uM/s")
def hill_2(ca: Any, v_max: Any, half: Any) -> Any:
    """v_max ca^2 / (half^2 + ca^2)."""
    return v_max * ca**2 / (half**2 + ca**2)


def library_laws() -> dict[str, RateLaw]:
    """Every law that a mechanism or a model of the library uses."""
    found = {}
    models = [model() for model in md.models.MODELS.values()]
    for kind, mechanism in md.mechanisms.MECHANISMS.items():
        models.append(alone(kind, mechanism()))
    for model in models:
        for law in model.network().laws:
            if law.name != "<lambda>":  # the law of a mass-action constant, which has the unit of the constant
                found[f"{law.function.__module__.rpartition('.')[2]}.{law.name}"] = law
    return found


def alone(kind: str, mechanism: Any) -> md.Model:
    """A model of one mechanism, with what its reactions ask for."""
    model = md.Model(kind)
    places = {name: model.compartment(name, size) for name, size in (("cytosol", 0.2), ("er", 0.05), ("outside", 1.0))}
    places["membrane"] = model.membrane("membrane", 0.5, inside="cytosol", outside="outside", voltage=-70)
    for place in places:
        for name, valence in (("Ca", 2), ("Na", 1), ("IP3", 0), ("cAMP", 0), ("glutamate", 0), ("ligand", 0)):
            if place != "membrane":
                model.species(name, place, 1.0, valence=valence)
    model.add(mechanism, **{port: places[port] for port in mechanism.ports()})
    return model


LIBRARY = library_laws()


def test_the_library_has_laws() -> None:
    assert {"er_leak.entry", "soce.entry", "serca.binding", "scheme.permeation"} <= set(LIBRARY)
    assert len(LIBRARY) > 60


@pytest.mark.parametrize("law", LIBRARY.values(), ids=LIBRARY)
def test_library_laws_have_the_units_that_they_declare(law: RateLaw) -> None:
    law.check_units()
    wrong = dataclasses.replace(law, returns="um")
    with pytest.raises(UnitError, match=rf"law '{law.name}' gives .* its declared unit um"):
        wrong.check_units()


@pytest.mark.parametrize("law", LIBRARY.values(), ids=LIBRARY)
def test_library_laws_say_what_they_compute(law: RateLaw) -> None:
    assert len(law.description) > 20


@pytest.mark.parametrize("law", [*LIBRARY.values(), hill_2], ids=[*LIBRARY, "hill_2"])
def test_laws_are_read_alike(law: RateLaw) -> None:
    """Floats, arrays, SymPy symbols and the recorded text agree at random arguments."""
    rows = np.random.default_rng(1).uniform(0.1, 3.0, size=(5, len(law.names)))
    expression, written = law.expression(), record(law)
    for row in rows:
        values = dict(zip(law.names, row.tolist(), strict=True))
        expected = pytest.approx(law(*values.values()), rel=1e-13)
        names: dict[str, Any] = {"math": math, **values}
        exec("\n".join(written.statements), names)
        assert eval(written.result, names) == expected
        symbols = {sympy.Symbol(name, real=True): value for name, value in values.items()}
        assert float(expression.subs(symbols).evalf(20)) == expected
    np.testing.assert_allclose(law(*rows.T), [law(*row) for row in rows.tolist()], rtol=1e-13)


def test_a_declaration() -> None:
    assert hill_2.name == "hill_2"
    assert hill_2.arguments == (("ca", "uM"), ("v_max", "uM/s"), ("half", "uM"))
    assert hill_2.description == "v_max ca^2 / (half^2 + ca^2)."
    assert hill_2(0.1, 0.9, 0.1) == pytest.approx(0.45)
    ca, v_max, half = sympy.symbols("ca v_max half", real=True)
    assert sympy.simplify(hill_2.expression() - v_max * ca**2 / (half**2 + ca**2)) == 0


def test_units_are_in_the_order_of_the_arguments_however_they_are_declared() -> None:
    law = rate_law(returns="uM/s", half="uM", v_max="uM/s", ca="uM")(hill_2.function)
    assert law.arguments == hill_2.arguments


@pytest.mark.parametrize("units", [{"ca": "uM"}, {"ca": "uM", "v": "uM/s"}, {"ca": "uM", "v_max": "uM/s", "x": "1"}])
def test_units_of_other_names_are_refused(units: dict[str, str]) -> None:
    with pytest.raises(TypeError, match=rf"units declared for {', '.join(units)}; its arguments are ca, v_max"):
        rate_law(returns="uM/s", **units)(lambda ca, v_max: v_max)


@pytest.mark.parametrize(
    ("units", "returns", "message"),
    [
        ({"ca": "uM", "v_max": "uM/s", "half": "uM"}, "uM", "gives .* its declared unit uM"),
        ({"ca": "uM", "v_max": "uM/s", "half": "uM^2"}, "uM/s", "needed terms and arguments of matching dimension"),
        ({"ca": "uM", "v_max": "uM/s", "half": "mM"}, "uM/s", "computes 0.563525 uM/s where its units give 9.5486e-07"),
        ({"ca": "uM", "v_max": "uM/s", "half": "furlong^"}, "uM/s", "needed terms and arguments"),
    ],
)
def test_wrong_dimensions_are_refused(units: dict[str, str], returns: str, message: str) -> None:
    law = rate_law(returns=returns, **units)(hill_2.function)
    with pytest.raises(UnitError, match=f"law 'hill_2'.*{message}"):
        law.check_units()


def test_a_law_may_divide_by_the_difference_of_two_arguments() -> None:
    rate_law(x="uM", y="uM", returns="1/uM")(lambda x, y: 1 / (x - y)).check_units()


def test_a_constant_with_a_dimension_is_found() -> None:
    """0.1 stands for 0.1 uM here, which is right in one unit only: it has to be an argument."""
    law = rate_law(ca="uM", returns="1")(lambda ca: ca / (0.1 + ca))
    with pytest.raises(UnitError, match="matching dimension"):
        law.check_units()


def simulated_with(law: RateLaw, **bindings: Any) -> Any:
    model = md.Model("units")
    cytosol = model.compartment("cytosol", 1.0)
    model.species("A", cytosol, 1.0)
    model.reaction("A -> 0", law, **bindings)
    return md.simulate(model, [0.0, 0.1], engine="gillespie", seed=1, progress=False)


def test_a_law_of_the_state_with_wrong_units_does_not_run() -> None:
    """d[A]/dt = a p with a, p in uM is no uM/s."""
    law = rate_law(a="uM", p="uM", returns="uM/s")(lambda a, p: a * p)
    with pytest.raises(ValueError, match=r"gives .* its declared unit uM/s"):
        simulated_with(law, a="A", p=1.0)


def test_a_law_of_parameters_with_wrong_units_does_not_run() -> None:
    """Laws that no species moves are never compiled, and yet must be right."""
    law = rate_law(p="1/s", volume="fL", returns="1/s")(lambda p, volume: p * volume)
    with pytest.raises(ValueError, match=r"gives .* its declared unit 1/s"):
        simulated_with(law, p=1.0, volume="cytosol.volume")
