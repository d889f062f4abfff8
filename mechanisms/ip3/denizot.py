"""The inositol trisphosphate receptor of Denizot et al.: three independent sites, and an open pore that passes ions.

A receptor xijk has activating calcium bound (i), IP3 (j), inhibiting calcium (k), and is open in x110 alone. Sites do
not know of each other, so that every loop of states is in detailed balance. An open receptor releases mu ions per
second, from a store that does not run empty.

The paper numbers activating calcium, IP3 and inhibiting calcium 1, 2, 3; the published ODE file swaps 2 and 3. Here
they are named.
"""

from collections.abc import Iterator
from typing import ClassVar

from mechanisms.ip3.scheme import Bulk, Cluster, Receptor, Step
from mechanisms.law import rate_law
from mechanisms.mechanism import number, parameter
from mechanisms.places import Parameter
from mechanisms.reaction import Reaction

TABLE = "Denizot et al. 2019, the three-dimensional model and its published code"
STATES = ("x000", "x001", "x010", "x011", "x100", "x101", "x110", "x111")


@rate_law(channels="1", mu="1/s", returns="1/s")
def ions(channels, mu):  # type: ignore[no-untyped-def]
    """mu ions per second through each open receptor."""
    return channels * mu


class DenizotReceptor(Receptor):
    """The scheme of a receptor.  Denizot et al. 2019."""

    subunits: int = number(1, source="Denizot et al. 2019: no cooperativity, each receptor by itself")
    needed: int = number(1, source="Denizot et al. 2019: no cooperativity, each receptor by itself")
    mu: Parameter = parameter(6000.0, "1/s", source=TABLE)
    activation: Parameter = parameter(1.2, "1/uM/s", source=TABLE)
    deactivation: Parameter = parameter(50.0, "1/s", source=TABLE)
    ip3_on: Parameter = parameter(41.0, "1/uM/s", source=TABLE)
    ip3_off: Parameter = parameter(400.0, "1/s", source=TABLE)
    inhibition: Parameter = parameter(0.016, "1/uM/s", source=TABLE)
    recovery: Parameter = parameter(100.0, "1/s", source=TABLE)

    states: ClassVar = STATES
    start: ClassVar = "x000"
    watched: ClassVar = "x110"

    def steps(self) -> Iterator[Step]:
        for a, b in ("00", "01", "10", "11"):
            yield Step(f"x0{a}{b}", f"x1{a}{b}", "activation", "deactivation", "Ca")
            yield Step(f"x{a}0{b}", f"x{a}1{b}", "ip3_on", "ip3_off", "IP3")
            yield Step(f"x{a}{b}0", f"x{a}{b}1", "inhibition", "recovery", "Ca")

    def flow(self) -> Iterator[Reaction]:
        yield Reaction("0 -> Ca.cytosol", ions, at="cytosol", name="release", bindings={"channels": "open"})


class Denizot(DenizotReceptor, Bulk):
    """Receptors that share the calcium of the cytosol.  Denizot et al. 2019."""


class DenizotCluster(DenizotReceptor, Cluster):
    """Receptors with calcium domains of their own."""
