"""Arrays that cannot be written to, and a digest that changes with everything that matters."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import microdomain as md
from mechanisms.law import rate_law
from mechanisms.network import Network, Ragged


def arrays_of(network: Network) -> dict[str, np.ndarray]:
    found = {}
    for field in dataclasses.fields(network):
        value = getattr(network, field.name)
        if isinstance(value, np.ndarray):
            found[field.name] = value
        elif isinstance(value, Ragged):
            found |= {f"{field.name}.{part}": array for part, array in vars(value).items()}
        elif field.name == "signals":
            found |= {f"signal {i} {p}": a for i, signal in enumerate(value) for p, a in vars(signal).items()}
    return found | {"edges": network.edges, "static": network.static}


def test_arrays_are_read_only() -> None:
    model = md.models.ip3_microdomain()
    model.input("stimulus", md.step(1, 0, 1), unit="uM")
    writeable = [name for name, array in arrays_of(model.network()).items() if array.flags.writeable]
    assert writeable == []


def full(**change: Any) -> md.Model:
    """A model with one of everything, of which one thing may be changed."""
    given: dict[str, Any] = {
        "name": "full",
        "volume": 0.4,
        "area": 1.5,
        "initial": 2.0,
        "count": 5,
        "valence": 2,
        "clamped": False,
        "v": (2.0, "uM/s"),
        "k": 0.5,
        "signal": md.step(1.0, 0.0, 2.0),
        "input_unit": "uM",
        "equation": "A + B -> C",
        "law": rate_law(a="uM", v="uM/s", half="uM", returns="uM/s")(lambda a, v, half: v * a / (half + a)),
        "half": 0.3,
        "at": "inside",
        "quantity": rate_law(a="uM", returns="uM")(lambda a: 2 * a),
        **change,
    }
    model = md.Model(given["name"])
    inside = model.compartment("inside", given["volume"])
    model.compartment("outside", 1.0)
    membrane = model.membrane("membrane", given["area"], inside=inside)
    model.species("A", inside, given["initial"], valence=given["valence"])
    model.species("B", inside, count=given["count"], clamped=given["clamped"])
    model.species("C", inside)
    model.species("R", membrane, 1.0)
    model.parameter("v", *given["v"])
    model.input("stimulus", given["signal"], unit=given["input_unit"])
    model.quantity("double", given["quantity"], a="A")
    model.reaction(given["equation"], k=given["k"])
    model.reaction("A -> 0", given["law"], at=given["at"], a="A", half=given["half"])
    return model


def test_equal_models_have_equal_digests() -> None:
    assert full().network().digest == full().network().digest
    assert full().network().digest == full().changed().network().digest
    assert full().network().digest == full().changed(volumes={"inside": 0.4}).network().digest


@pytest.mark.parametrize(
    "change",
    [
        {"volume": 0.5},
        {"area": 1.6},
        {"initial": np.nextafter(2.0, 3.0)},
        {"count": 6},
        {"valence": 1},
        {"clamped": True},
        {"v": (3.0, "uM/s")},
        {"v": (2.0, "mM/s")},
        {"k": 0.6},
        {"k": "0.5 1/mM/s"},
        {"signal": md.step(1.5, 0.0, 2.0)},
        {"signal": md.step(1.0, 0.0, 3.0)},
        {"input_unit": "mM"},
        {"equation": "A + B -> 2 C"},
        {"equation": "A + 2 B -> C", "k": "0.5 1/uM^2/s"},
        {"law": rate_law(a="uM", v="uM/s", half="uM", returns="uM/s")(lambda a, v, half: v * a / (half + 2 * a))},
        {"law": rate_law(a="mM", v="uM/s", half="mM", returns="uM/s")(lambda a, v, half: v * a / (half + a))},
        {"half": 0.4},
        {"at": "outside"},
        {"quantity": rate_law(a="uM", returns="uM")(lambda a: 3 * a)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_digest_changes_with(change: dict[str, Any]) -> None:
    assert full(**change).network().digest != full().network().digest


@pytest.mark.parametrize(
    "change",
    [
        lambda model: model.changed(parameters={"IP3R.a2": 0.21}),
        lambda model: model.changed(volumes={"er": 0.04}),
        lambda model: model.changed(initial={"IP3": 0.3}),
        lambda model: model.scaled(2),
    ],
)
def test_the_digest_of_a_library_model_changes(change: Callable[[md.Model], md.Model]) -> None:
    model = md.models.ip3_microdomain()
    assert change(model).network().digest != model.network().digest
