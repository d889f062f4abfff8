"""The inositol trisphosphate receptor of De Young & Keizer: four subunits, each with three binding sites.

A subunit xijk has IP3 bound (i), activating calcium bound (j), inhibiting calcium bound (k). Binding takes the ligand
out of the cytosol and unbinding returns it. The channel conducts while at least three of its four subunits are x110.
An open channel lets calcium through in both directions, each proportional to the concentration on its own side.

Detailed balance on each loop of states asks for d1 d2 = d3 d4 (d = b/a), so b4 is not a parameter: it follows.
"""

from collections.abc import Iterator

from mechanisms.law import rate_law
from mechanisms.mechanism import Mechanism, Subunits, number, parameter, port
from mechanisms.places import Compartment, Membrane, Parameter
from mechanisms.reaction import Reaction

STATES = ("x000", "x001", "x010", "x011", "x100", "x101", "x110", "x111")
TABLE = "De Young & Keizer 1992, as tabulated in the IP3 receptor example of STEPS and three other sources"


@rate_law(a1="1/uM/s", b1="1/s", a2="1/uM/s", b2="1/s", a3="1/uM/s", b3="1/s", a4="1/uM/s", returns="1/s")
def unbinding_4(a1, b1, a2, b2, a3, b3, a4):  # type: ignore[no-untyped-def]
    """a4 d1 d2 / d3: the off-rate of inhibiting calcium without IP3, by detailed balance."""
    return a4 * (b1 / a1) * (b2 / a2) / (b3 / a3)


@rate_law(channels="1", ca="uM", permeability="fL/s", returns="uM*fL/s")
def permeation(channels, ca, permeability):  # type: ignore[no-untyped-def]
    """channels x permeability x [Ca]: the flow of calcium one way through open channels."""
    return channels * permeability * ca


class DeYoungKeizer(Mechanism):
    """Subunits that bind IP3 and calcium, and the flow of calcium through channels with three in x110.

    De Young & Keizer 1992; conducting with three of four subunits: Shuai & Jung 2002.
    """

    cytosol: Compartment = port()
    er: Compartment = port()
    membrane: Membrane = port()
    channels: int = number(5, source="the IP3 receptor example of STEPS")
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

    def species(self) -> Iterator[Subunits]:
        yield Subunits(
            "membrane", self.channels, self.subunits, STATES, start="x000", watched="x110", needed=self.needed
        )

    def reactions(self) -> Iterator[Reaction]:
        for j in "01":
            yield Reaction(f"x0{j}0 + IP3.cytosol <-> x1{j}0", k="a1", k_back="b1")
            yield Reaction(f"x0{j}1 + IP3.cytosol <-> x1{j}1", k="a3", k_back="b3")
            yield Reaction(f"x1{j}0 + Ca.cytosol <-> x1{j}1", k="a2", k_back="b2")
            yield Reaction(f"x0{j}0 + Ca.cytosol <-> x0{j}1", k="a4", k_back=unbinding_4)
        for i, k in ("00", "01", "10", "11"):
            yield Reaction(f"x{i}0{k} + Ca.cytosol <-> x{i}1{k}", k="a5", k_back="b5")
        for source, sink in (("er", "cytosol"), ("cytosol", "er")):
            bindings = {"channels": "open", "ca": f"Ca.{source}"}
            yield Reaction(f"Ca.{source} -> Ca.{sink}", permeation, name=f"flow from {source}", bindings=bindings)
