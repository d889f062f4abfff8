"""The inositol trisphosphate receptor of Li & Rinzel as one gate for the whole cell: the share h that is not inhibited.

    J = v1 (m n h)^3 (e - c),    m = p / (p + d1),    n = c / (c + d5),
    dh/dt = a2 (Q2 (1 - h) - c h),    Q2 = d2 (p + d1) / (p + d3).

``MeanLiRinzel`` has h as a variable, without noise. ``PooledLiRinzel`` has M gates that open and close one by one, and
h is the share of them that is open: read as a diffusion this is the Langevin equation of Fox & Lu (1994),

    dh = [alpha (1 - h) - beta h] dt + sqrt([alpha (1 - h) + beta h] / M) dW,    alpha = a2 Q2,    beta = a2 c,

with the sum of both rates under the root; two published codes have their difference there. N channels of three gates
have M = 3 N; M = N, which is common too, makes sqrt(3) times the noise. ``LiRinzel`` knows which gates share a channel.
"""

from collections.abc import Iterator

from mechanisms.ip3.li_rinzel import TABLE, gate_opening, share
from mechanisms.law import rate_law
from mechanisms.mechanism import Mechanism, State, number, parameter, port
from mechanisms.places import Compartment, Membrane, Parameter, Quantity, Variable
from mechanisms.reaction import Reaction


@rate_law(ca="uM", ip3="uM", h="1", a2="1/uM/s", d1="uM", d2="uM", d3="uM", returns="1/s")
def relaxation(ca, ip3, h, a2, d1, d2, d3):  # type: ignore[no-untyped-def]
    """a2 (Q2 (1 - h) - c h), Q2 = d2 (p + d1) / (p + d3)."""
    return a2 * (d2 * (ip3 + d1) / (ip3 + d3) * (1 - h) - ca * h)


@rate_law(ca="uM", cytosolic="uM", ip3="uM", h="1", rate="1/s", d1="uM", d5="uM", returns="uM/s")
def mean_release(ca, cytosolic, ip3, h, rate, d1, d5):  # type: ignore[no-untyped-def]
    """v1 (m n h)^3 [Ca], m = p / (p + d1), n = c / (c + d5): calcium one way, in the volume of the ER."""
    return rate * (ip3 / (ip3 + d1) * cytosolic / (cytosolic + d5) * h) ** 3 * ca


class SharedGate(Mechanism):
    """What both have: the constants of Li & Rinzel 1994, and the flow of calcium at a share h."""

    cytosol: Compartment = port()
    er: Compartment = port()
    rate: Parameter = parameter(6.0, "1/s", source=f"{TABLE}: v1, of the volume of the ER")
    a2: Parameter = parameter(0.2, "1/uM/s", source=TABLE)
    d1: Parameter = parameter(0.13, "uM", source=TABLE)
    d2: Parameter = parameter(1.049, "uM", source=TABLE)
    d3: Parameter = parameter(0.9434, "uM", source=TABLE)
    d5: Parameter = parameter(0.08234, "uM", source=TABLE)

    def flow(self) -> Iterator[Reaction]:
        """Calcium each way, in proportion to the concentration on that side."""
        for source, sink in (("er", "cytosol"), ("cytosol", "er")):
            bindings = {"ca": f"Ca.{source}", "cytosolic": "Ca.cytosol", "ip3": "IP3.cytosol", "h": "h"}
            equation, name = f"Ca.{source} -> Ca.{sink}", f"flow from {source}"
            yield Reaction(equation, mean_release, at="er", name=name, bindings=bindings)


class MeanLiRinzel(SharedGate):
    """The gate as a variable.  Li & Rinzel 1994."""

    start: Parameter = parameter(0.8, "1", source="derived: about what is not inhibited at rest")

    def variables(self) -> Iterator[Variable]:
        bindings = {"ca": "Ca.cytosol", "ip3": "IP3.cytosol", "h": "h"}
        yield Variable("h", self.start.value, "1", relaxation, bindings)

    def reactions(self) -> Iterator[Reaction]:
        yield from self.flow()


class PooledLiRinzel(SharedGate):
    """The gate as the share of M gates that are open.  Fox & Lu 1994; Shuai & Jung 2002."""

    membrane: Membrane = port()
    gates: int = number(300, source="assumed: 100 channels of three gates")

    def species(self) -> Iterator[State]:
        yield State("ready", "membrane", count=self.gates)
        yield State("inhibited", "membrane", count=0)

    def quantities(self) -> Iterator[Quantity]:
        yield Quantity("h", share)

    def reactions(self) -> Iterator[Reaction]:
        yield Reaction("ready + Ca.cytosol -> inhibited + Ca.cytosol", k="a2", at="membrane", name="gate closes")
        yield Reaction("inhibited -> ready", k=gate_opening, name="gate opens", bindings={"ip3": "IP3.cytosol"})
        yield from self.flow()
