"""The leak of calcium from the endoplasmic reticulum.

A site through which calcium crosses the ER membrane in both directions, each proportional to the concentration on its
own side: it carries nothing where the two are equal.
"""

from collections.abc import Iterator

from mechanisms.law import rate_law
from mechanisms.mechanism import Mechanism, parameter, port
from mechanisms.places import Compartment, Parameter
from mechanisms.reaction import Reaction


@rate_law(rate="1/s", er="fL", cytosol="fL", returns="1/s")
def entry(rate, er, cytosol):  # type: ignore[no-untyped-def]
    """rate V_er / V_cytosol: the same permeability seen from the cytosol."""
    return rate * er / cytosol


class ERLeak(Mechanism):
    """Ca(er) <-> Ca(cytosol), passive.  De Young & Keizer 1992."""

    cytosol: Compartment = port()
    er: Compartment = port()
    rate: Parameter = parameter(
        0.11, "1/s", source="De Young & Keizer 1992, as tabulated in the IP3 receptor example of STEPS: v2"
    )

    def reactions(self) -> Iterator[Reaction]:
        bindings = {"er": self.er, "cytosol": self.cytosol}
        yield Reaction("Ca.er -> Ca.cytosol", k="rate", name="out")
        yield Reaction("Ca.cytosol -> Ca.er", k=entry, name="in", bindings=bindings)
