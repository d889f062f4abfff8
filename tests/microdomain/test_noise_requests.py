"""What ``noise_scaling`` refuses before anything runs."""

from typing import Any

import pytest

import microdomain as md
from microdomain.noise.scaling import noise_scaling
from tests.microdomain.noisy_models import births, dimers

BAD: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "a volume of zero": ({"volumes": [0.0, 1.0]}, ("volumes: found 0.0", "above 0")),
    "a negative volume": ({"volumes": ["-1 fL", 1.0]}, ("volumes: found '-1 fL'", "above 0")),
    "NaN": ({"volumes": [float("nan"), 1.0]}, ("volumes", "nan", "finite")),
    "one volume": ({"volumes": [1.0]}, ("volumes: found 1 volume", "2 or more different volumes")),
    "one number": ({"volumes": 1.0}, ("volumes: found 1 volume", "2 or more")),
    "text": ({"volumes": "1 fL"}, ("volumes: found 1 volume", "2 or more")),
    "no volumes": ({"volumes": []}, ("found 0 volumes",)),
    "a volume twice": ({"volumes": ["1 fL", 1.0]}, ("1 fL twice", "each volume once")),
    "an area": ({"volumes": ["1 um^2", 1.0]}, ("volumes: found '1 um^2'", "fL")),
    "an unknown compartment": ({"compartment": "cel"}, ("compartment: found 'cel'", "Did you mean 'cell'?")),
    "something else fixed": ({"fixed": "channel"}, ("fixed: found 'channel'", "Did you mean 'channels'?")),
    "an unknown species": ({"of": ["A", "Aa"]}, ("of: found 'Aa'", "species and quantities: A.cell, B.cell")),
    "a species twice": ({"of": ["A", "A.cell"]}, ("'A.cell' twice",)),
    "nothing": ({"of": []}, ("of: found nothing",)),
    "no precision": ({"precision": 0.0}, ("precision: found 0.0", "between 0 and 1")),
    "a precision of one": ({"precision": 1.0}, ("precision: found 1.0",)),
    "certainty": ({"confidence": 1.0}, ("confidence: found 1.0",)),
    "no events": ({"max_events": 0}, ("max_events: found 0", "above 0")),
    "a precision in text": ({"precision": "low"}, ("precision: found 'low'",)),
    "an unknown engine": ({"engine": "gilespie"}, ("'gilespie'", "Did you mean 'gillespie'?")),
    "an engine without noise": ({"engine": "ode"}, ("engine: found 'ode', which has no noise",)),
    "an unknown place": ({"engine": {"cel": "flow"}}, ("'cel'", "Did you mean 'cell'?")),
    "a negative seed": ({"seed": -1}, ("seed: found -1",)),
    "no workers": ({"workers": 0}, ("workers: found 0",)),
}


@pytest.mark.parametrize(("arguments", "texts"), BAD.values(), ids=BAD)
def test_bad_input_is_refused(arguments: dict[str, Any], texts: tuple[str, ...]) -> None:
    with pytest.raises(md.RequestError) as caught:
        noise_scaling(dimers(), **({"volumes": [0.1, 1.0]} | arguments))
    assert str(caught.value).startswith("noise_scaling cannot run this:")
    for text in texts:
        assert text in str(caught.value)


SAME: list[dict[str, Any]] = [
    {"volumes": [0.1, "1 mV"]},
    {"volumes": [0.1, -1]},
    {"volumes": ["1 fL", 1.0]},
    {"volumes": []},
    {"compartment": "cel"},
    {"fixed": "channel"},
    {"of": ["A", "Aa"]},
    {"of": ["A", "A.cell"]},
    {"of": []},
    {"seed": -1},
    {"workers": 0},
]


@pytest.mark.parametrize("arguments", SAME, ids=str)
def test_choose_finds_the_same_faults(arguments: dict[str, Any]) -> None:
    """Both find one fault each, in the same words but for what is allowed of a number of volumes, or of a seed."""
    faults = []
    for verb in (noise_scaling, md.choose):
        with pytest.raises(md.RequestError) as caught:
            verb(dimers(), **({"volumes": [0.1, 1.0]} | arguments))
        (fault,) = caught.value.faults
        faults.append((fault.where, fault.found, fault.nearest))
    assert faults[0] == faults[1]


def test_every_fault_is_found_at_once() -> None:
    with pytest.raises(md.RequestError) as caught:
        noise_scaling(dimers(), [0, 1], compartment="sell", fixed="all", of="C", precision=2, engine="odd")
    assert len(caught.value.faults) == 6


def test_models_without_a_stationary_state_are_refused() -> None:
    model = births()
    model.event("kick", {"A": 1.0}, at=3.0)
    stimulus = model.input("stimulus", md.pulse(1, 0.5, 2.0), unit="1/s")
    model.reaction("A -> 0", k="stimulus", name="more")
    with pytest.raises(md.RequestError, match="event 'kick'") as caught:
        noise_scaling(model, [0.1, 1])
    assert f"input '{stimulus.name}'" in str(caught.value)


def test_a_charge_is_refused_with_its_voltage() -> None:
    with pytest.raises(md.RequestError, match=r"allowed: its voltage, 'plasma.voltage'"):
        noise_scaling(md.models.passive_membrane(), [0.1, 1], of="charge.plasma")


def test_what_is_no_model_is_refused() -> None:
    with pytest.raises(md.RequestError, match="model: found 'births'"):
        noise_scaling("births", [0.1, 1])  # type: ignore[arg-type]


def test_a_faulty_model_is_refused() -> None:
    model = births()
    model.reaction("A -> C", k=1.0)
    with pytest.raises(md.ModelError, match="'C'"):
        noise_scaling(model, [0.1, 1])
