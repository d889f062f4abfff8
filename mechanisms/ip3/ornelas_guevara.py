"""A minimal inositol trisphosphate receptor: closed, open, and two inhibited states on a one-way round.

    C -> O at k c (p / (K + p))^4,    O -> I1 at k1 c^3,    O -> I2 at k2,    I1 -> C,    I2 -> C

A description of what channels do, and no scheme of binding: it is in detailed balance nowhere, and takes no ligand.
"""

from collections.abc import Iterator

from mechanisms.ip3.scheme import through_pores
from mechanisms.law import rate_law
from mechanisms.mechanism import Mechanism, State, number, parameter, port
from mechanisms.places import Compartment, Membrane, Parameter
from mechanisms.reaction import Reaction

TABLE = "a published code of calcium puffs after Ornelas-Guevara et al. (original not opened)"


@rate_law(ca="uM", ip3="uM", opening="1/uM/s", half="uM", returns="1/s")
def opening_rate(ca, ip3, opening, half):  # type: ignore[no-untyped-def]
    """k c (p / (K + p))^4, C -> O."""
    return opening * ca * (ip3 / (half + ip3)) ** 4


@rate_law(ca="uM", inhibition="1/uM^3/s", returns="1/s")
def inhibition_rate(ca, inhibition):  # type: ignore[no-untyped-def]
    """k1 c^3, O -> I1: inhibition by three ions."""
    return inhibition * ca**3


class OrnelasGuevara(Mechanism):
    """Channels of four states in bulk.  After Ornelas-Guevara et al.."""

    cytosol: Compartment = port()
    er: Compartment = port()
    membrane: Membrane = port()
    channels: int = number(10, source="assumed: a cluster as in the models of puffs")
    permeability: Parameter = parameter(
        6.0 * 0.185 * 0.16572 / 5, "fL/s", source="assumed: that of DeYoungKeizer, so that schemes can be compared"
    )
    opening: Parameter = parameter(50.0, "1/uM/s", source=TABLE)
    half: Parameter = parameter(0.1, "uM", source=TABLE)
    inhibition: Parameter = parameter(0.05, "1/uM^3/s", source=TABLE)
    closing: Parameter = parameter(40.0, "1/s", source=TABLE)
    slow_recovery: Parameter = parameter(0.005, "1/s", source=TABLE)
    recovery: Parameter = parameter(2.0, "1/s", source=TABLE)

    def species(self) -> Iterator[State]:
        for state in ("C", "O", "I1", "I2"):
            yield State(state, "membrane", count=self.channels if state == "C" else 0)

    def reactions(self) -> Iterator[Reaction]:
        yield Reaction("C -> O", k=opening_rate, bindings={"ca": "Ca.cytosol", "ip3": "IP3.cytosol"})
        yield Reaction("O -> I1", k=inhibition_rate, bindings={"ca": "Ca.cytosol"})
        yield Reaction("O -> I2", k="closing")
        yield Reaction("I1 -> C", k="slow_recovery")
        yield Reaction("I2 -> C", k="recovery")
        yield from through_pores("O")
