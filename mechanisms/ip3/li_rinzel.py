"""The inositol trisphosphate receptor of Li & Rinzel: fast binding is instantaneous, inhibition is a gate that jumps.

Of the three sites of De Young & Keizer's subunit, IP3 and activating calcium bind so fast that their occupancies
m = p / (p + d1) and n = c / (c + d5) follow at once. What is left is the slow, inhibiting site: a gate that closes at
a2 c and opens at a2 Q2, Q2 = d2 (p + d1) / (p + d3). A channel has three gates of its own, and while all three are open
it lets calcium through at (m n)^3 of its permeability, each way in proportion to the concentration on that side.

The share of open gates, h, has the mean field dh/dt = a2 (Q2 (1 - h) - c h), and the flux that of (m n h)^3.
Gates take no calcium from the cytosol.
"""

from collections.abc import Iterator

from mechanisms.law import rate_law
from mechanisms.mechanism import Mechanism, Subunits, number, parameter, port
from mechanisms.places import Compartment, Membrane, Parameter, Quantity
from mechanisms.reaction import Reaction

TABLE = "Li & Rinzel 1994, with the constants of De Young & Keizer 1992, as tabulated by De Pitta et al. 2009"


@rate_law(ip3="uM", a2="1/uM/s", d1="uM", d2="uM", d3="uM", returns="1/s")
def gate_opening(ip3, a2, d1, d2, d3):  # type: ignore[no-untyped-def]
    """a2 Q2, Q2 = d2 (p + d1) / (p + d3): inhibiting calcium leaves, the faster the more IP3 there is."""
    return a2 * d2 * (ip3 + d1) / (ip3 + d3)


@rate_law(channels="1", ca="uM", cytosolic="uM", ip3="uM", permeability="fL/s", d1="uM", d5="uM", returns="uM*fL/s")
def gated_permeation(channels, ca, cytosolic, ip3, permeability, d1, d5):  # type: ignore[no-untyped-def]
    """channels x permeability x (m n)^3 x [Ca], m = p / (p + d1), n = c / (c + d5): calcium one way."""
    return channels * permeability * (ip3 / (ip3 + d1) * cytosolic / (cytosolic + d5)) ** 3 * ca


@rate_law(ready="1", inhibited="1", returns="1")
def share(ready, inhibited):  # type: ignore[no-untyped-def]
    """ready / (ready + inhibited): Li & Rinzel's h."""
    return ready / (ready + inhibited)


class LiRinzel(Mechanism):
    """Channels of three inhibition gates each, and the flow of calcium while all three of a channel are open.

    Li & Rinzel 1994; gates that jump: Shuai & Jung 2002.
    """

    cytosol: Compartment = port()
    er: Compartment = port()
    membrane: Membrane = port()
    channels: int = number(100, source="assumed: what a cell of a few fL has at the density of the STEPS example")
    gates: int = number(3, source="De Young & Keizer 1992: three identical, independent subunits")
    permeability: Parameter = parameter(
        6.0 * 0.185 * 0.16572 / 5,
        "fL/s",
        source="derived: v1 = 6 1/s (Li & Rinzel 1994) of an ER of 0.185 x 0.16572 fL, shared by 5 channels, as in "
        "the IP3 receptor example of STEPS",
    )
    a2: Parameter = parameter(0.2, "1/uM/s", source=TABLE)
    d1: Parameter = parameter(0.13, "uM", source=TABLE)
    d2: Parameter = parameter(1.049, "uM", source=TABLE)
    d3: Parameter = parameter(0.9434, "uM", source=TABLE)
    d5: Parameter = parameter(0.08234, "uM", source=TABLE)

    def species(self) -> Iterator[Subunits]:
        states = ("ready", "inhibited")
        yield Subunits("membrane", self.channels, self.gates, states, start="ready", watched="ready", needed=self.gates)

    def quantities(self) -> Iterator[Quantity]:
        yield Quantity("h", share)

    def reactions(self) -> Iterator[Reaction]:
        yield Reaction("ready + Ca.cytosol -> inhibited + Ca.cytosol", k="a2", at="membrane", name="gate closes")
        yield Reaction("inhibited -> ready", k=gate_opening, name="gate opens", bindings={"ip3": "IP3.cytosol"})
        for source, sink in (("er", "cytosol"), ("cytosol", "er")):
            bindings = {"channels": "open", "ca": f"Ca.{source}", "cytosolic": "Ca.cytosol", "ip3": "IP3.cytosol"}
            yield Reaction(f"Ca.{source} -> Ca.{sink}", gated_permeation, name=f"flow from {source}", bindings=bindings)
