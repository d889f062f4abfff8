"""The inositol trisphosphate receptor of De Young & Keizer: four subunits, each with three binding sites.

A subunit xijk has IP3 bound (i), activating calcium bound (j), inhibiting calcium bound (k). The channel conducts while
at least three of its four subunits are x110. An open channel lets calcium through in both directions, each proportional
to the concentration on its own side.

Detailed balance on each loop of states asks for d1 d2 = d3 d4 (d = b/a), so b4 is not a parameter: it follows.

In the conformational variant x110 is not open yet: it has to change its shape, x110 <-> active, at a6 and b6.
"""

from collections.abc import Iterator
from typing import ClassVar

from mechanisms.ip3.scheme import Bulk, Cluster, Pore, Step
from mechanisms.law import rate_law
from mechanisms.mechanism import number, parameter
from mechanisms.places import Parameter

TABLE = "De Young & Keizer 1992, as tabulated in the IP3 receptor example of STEPS and three other sources"
STATES = ("x000", "x001", "x010", "x011", "x100", "x101", "x110", "x111")


@rate_law(a1="1/uM/s", b1="1/s", a2="1/uM/s", b2="1/s", a3="1/uM/s", b3="1/s", a4="1/uM/s", returns="1/s")
def unbinding_4(a1, b1, a2, b2, a3, b3, a4):  # type: ignore[no-untyped-def]
    """a4 d1 d2 / d3: the off-rate of inhibiting calcium without IP3, by detailed balance."""
    return a4 * (b1 / a1) * (b2 / a2) / (b3 / a3)


class DeYoungKeizerSubunit(Pore):
    """The scheme of a subunit.  De Young & Keizer 1992; conducting with three of four: Shuai & Jung 2002."""

    subunits: int = number(4, source="the receptor is a tetramer")
    needed: int = number(3, source="Shuai & Jung 2002, as in the IP3 receptor example of STEPS")
    permeability: Parameter = parameter(
        6.0 * 0.185 * 0.16572 / 5,
        "fL/s",
        source="derived: v1 = 6 1/s (De Young & Keizer 1992) of an ER of 0.185 x 0.16572 fL, shared by 5 channels",
    )
    a1: Parameter = parameter(400.0, "1/uM/s", source=TABLE)
    a2: Parameter = parameter(0.2, "1/uM/s", source=TABLE)
    a3: Parameter = parameter(400.0, "1/uM/s", source=TABLE)
    a4: Parameter = parameter(0.2, "1/uM/s", source=TABLE)
    a5: Parameter = parameter(20.0, "1/uM/s", source=TABLE)
    b1: Parameter = parameter(52.0, "1/s", source=TABLE)
    b2: Parameter = parameter(0.2098, "1/s", source=TABLE)
    b3: Parameter = parameter(377.36, "1/s", source=TABLE)
    b5: Parameter = parameter(1.6468, "1/s", source=TABLE)

    states: ClassVar[tuple[str, ...]] = STATES
    start: ClassVar = "x000"
    watched: ClassVar = "x110"

    def steps(self) -> Iterator[Step]:
        for j in "01":
            yield Step(f"x0{j}0", f"x1{j}0", "a1", "b1", "IP3")
            yield Step(f"x0{j}1", f"x1{j}1", "a3", "b3", "IP3")
            yield Step(f"x1{j}0", f"x1{j}1", "a2", "b2", "Ca")
            yield Step(f"x0{j}0", f"x0{j}1", "a4", unbinding_4, "Ca")
        for i, k in ("00", "01", "10", "11"):
            yield Step(f"x{i}0{k}", f"x{i}1{k}", "a5", "b5", "Ca")


class ConformationalSubunit(DeYoungKeizerSubunit):
    """The same with a ninth state, in which alone a subunit is open.  Rudiger et al. 2007; Shuai et al. 2007."""

    a6: Parameter = parameter(80.0, "1/s", source="a 9-state table after Shuai et al. 2007 (original not opened)")
    b6: Parameter = parameter(100.0, "1/s", source="a 9-state table after Shuai et al. 2007 (original not opened)")

    states: ClassVar[tuple[str, ...]] = (*STATES, "active")
    watched: ClassVar = "active"

    def steps(self) -> Iterator[Step]:
        yield from DeYoungKeizerSubunit.steps(self)
        yield Step("x110", "active", "a6", "b6")


class DeYoungKeizer(DeYoungKeizerSubunit, Bulk):
    """Channels in bulk.  De Young & Keizer 1992; conducting with three of four subunits: Shuai & Jung 2002."""


class DeYoungKeizerCluster(DeYoungKeizerSubunit, Cluster):
    """Channels with calcium domains of their own: mostly blips, since inhibition is slow only far from the pore."""


class ConformationalReceptor(ConformationalSubunit, Bulk):
    """Channels in bulk whose subunits have to change their shape to open.  Rudiger et al. 2007."""


class ConformationalCluster(ConformationalSubunit, Cluster):
    """The same with calcium domains of their own."""
