"""SERCA as a Hill function of calcium: the pump of the endoplasmic reticulum where its two binding steps are fast.

Each turnover carries two ions from the cytosol into the ER and does not run backwards. ``serca.py`` has the same pump
in elementary steps.
"""

from collections.abc import Iterator

from mechanisms.law import rate_law
from mechanisms.mechanism import Mechanism, parameter, port
from mechanisms.places import Compartment, Parameter
from mechanisms.reaction import Reaction

TABLE = "De Young & Keizer 1992; Li & Rinzel 1994, as tabulated by De Pitta et al. 2009"


@rate_law(ca="uM", v_max="uM/s", half_saturation="uM", power="1", returns="uM/s")
def turnovers(ca, v_max, half_saturation, power):  # type: ignore[no-untyped-def]
    """v_max / 2 x^n / (1 + x^n), x = c / k: half of the uptake of calcium, since a turnover carries two ions."""
    x = (ca / half_saturation) ** power
    return v_max / 2 * x / (1 + x)


class HillSERCA(Mechanism):
    """2 Ca(cytosol) -> 2 Ca(er), saturating.  De Young & Keizer 1992; Li & Rinzel 1994."""

    cytosol: Compartment = port()
    er: Compartment = port()
    v_max: Parameter = parameter(0.9, "uM/s", source=TABLE)
    half_saturation: Parameter = parameter(0.1, "uM", source=TABLE)
    power: Parameter = parameter(2.0, "1", source=TABLE)

    def reactions(self) -> Iterator[Reaction]:
        yield Reaction(
            "2 Ca.cytosol -> 2 Ca.er", turnovers, at="cytosol", name="turnover", bindings={"ca": "Ca.cytosol"}
        )
