"""The leak of calcium from the endoplasmic reticulum.

A site through which calcium crosses the ER membrane in both directions, each proportional to the concentration on its
own side: it carries nothing where the two are equal.
"""

from collections.abc import Iterator

from mechanisms.law import rate_law
from mechanisms.mechanism import Mechanism, parameter, port
from mechanisms.places import Compartment, Parameter
from mechanisms.reaction import Reaction


@rate_law(permeability="fL/s", volume="fL", returns="1/s")
def escape(permeability, volume):  # type: ignore[no-untyped-def]
    """permeability / volume: how often one ion leaves a volume through a site."""
    return permeability / volume


class ERLeak(Mechanism):
    """Ca(er) <-> Ca(cytosol), passive.  De Young & Keizer 1992."""

    cytosol: Compartment = port()
    er: Compartment = port()
    permeability: Parameter = parameter(
        0.11 * 0.185 * 0.16572,
        "fL/s",
        source="De Young & Keizer 1992: 0.11 1/s of an ER of 0.185 x 0.16572 fL",
    )

    def reactions(self) -> Iterator[Reaction]:
        yield Reaction("Ca.er -> Ca.cytosol", k=escape, name="out", bindings={"volume": self.er})
        yield Reaction("Ca.cytosol -> Ca.er", k=escape, name="in", bindings={"volume": self.cytosol})
