"""What a reaction may do to a multimer."""

from typing import Any

import pytest

import microdomain as md
from mechanisms.faults import ModelError
from tests.faulty_models import start


def gate(equation: str, channels: int = 3) -> md.Mechanism:
    """Channels of two subunits that step as ``equation`` says."""

    class Gate(md.Mechanism):
        membrane: Any = md.port()
        channels: int = md.number(3, source="assumed: a test")

        def species(self) -> Any:
            yield md.Subunits("membrane", self.channels, 2, ("shut", "wide", "stuck"), "shut", "wide", needed=2)

        def reactions(self) -> Any:
            yield md.Reaction(equation, k=1.0, name="step", at="membrane")

    return Gate(channels=channels)


def gated(equation: str) -> md.Model:
    model = start()
    model.add(gate(equation), name="gate", membrane="membrane")
    return model


@pytest.mark.parametrize("equation", ["shut -> wide", "shut + Ca.cytosol -> wide", "wide + receptor -> stuck"])
def test_a_step_of_a_subunit(equation: str) -> None:
    network = gated(equation).network()
    assert network.initial[network.species.index("gate.shut")] == 6
    assert network.conducting == ("gate.open",)


@pytest.mark.parametrize(
    ("equation", "found"),
    [
        ("shut -> 0", "a subunit that appears or vanishes"),
        ("0 -> wide", "a subunit that appears or vanishes"),
        ("shut -> 2 wide", "a subunit that appears or vanishes"),
        ("shut + stuck -> 2 wide", "a change of several subunits at once"),
        ("2 shut -> 2 wide", "a change of several subunits at once"),
    ],
)
def test_other_steps_of_a_subunit_are_refused(equation: str, found: str) -> None:
    with pytest.raises(ModelError) as caught:
        gated(equation).check()
    (fault,) = caught.value.faults
    assert fault.where == "reaction 'gate: step'"
    assert fault.found == found
    assert fault.allowed == "one subunit that steps from one state to another of its multimer"


def test_a_subunit_stays_in_its_own_multimer() -> None:
    model = gated("shut -> wide")
    model.add(gate("shut -> wide"), name="other", membrane="membrane")
    model.reaction("gate.shut -> other.wide", k=1.0)
    with pytest.raises(ModelError, match=r"one subunit that steps from one state to another of its multimer"):
        model.check()


def test_the_start_of_a_subunit_is_not_to_be_changed() -> None:
    with pytest.raises(ModelError, match=r"species 'gate.wide'.*: found a state of a multimer"):
        gated("shut -> wide").changed(initial={"gate.wide": 1.0}).check()
