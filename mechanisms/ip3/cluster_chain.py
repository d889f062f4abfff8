"""A whole cluster of inositol trisphosphate receptors as one chain of states, the cheapest model of puffs.

A cluster at rest opens at

    r_open = N r1 (c/c0)^3 (1 + c0^3) / (1 + c^3) 2 p^3 / (1 + p^3),    c and p in units of their half activation;

then 1 to N channels are open, each number as likely, and close one by one at r_cls; M - 1 steps at r_ref follow in
which it is refractory. So the mean interval between puffs and its variance are, at a calcium that is held,

    1/r_open + (N + 1) / (2 r_cls) + (M - 1) / r_ref,
    1/r_open^2 + [(N^2 - 1)/12 + (N + 1)/2] / r_cls^2 + (M - 1) / r_ref^2.
"""

from collections.abc import Iterator
from itertools import pairwise

from mechanisms.law import RateLaw, rate_law
from mechanisms.mechanism import Mechanism, State, number, parameter, port
from mechanisms.places import Compartment, Membrane, Parameter, Quantity
from mechanisms.reaction import Reaction

TABLE = "Ramlow, Falcke & Lindner 2023, as in their published code"


@rate_law(ca="uM", ip3="uM", rate="1/s", c0="1", half_ca="uM", half_ip3="uM", returns="1/s")
def triggering(ca, ip3, rate, c0, half_ca, half_ip3):  # type: ignore[no-untyped-def]
    """r1 (c/c0)^3 (1 + c0^3) / (1 + c^3) 2 p^3 / (1 + p^3): the rate of puffs of each size, one in N of r_open."""
    c, p = (ca / half_ca) ** 3, (ip3 / half_ip3) ** 3
    return rate * c / c0**3 * (1 + c0**3) / (1 + c) * 2 * p / (1 + p)


@rate_law(channels="1", current="1/s", returns="1/s")
def released(channels, current):  # type: ignore[no-untyped-def]
    """So many ions per second through each open channel."""
    return channels * current


class ClusterChain(Mechanism):
    """Clusters of N channels, each a chain of states.  Ramlow, Falcke & Lindner 2023."""

    cytosol: Compartment = port()
    membrane: Membrane = port()
    clusters: int = number(1, source="assumed: one site; the original has ten")
    channels: int = number(5, source=TABLE)
    refractory: int = number(2, source=f"{TABLE}: M - 1 of M = 3")
    r1: Parameter = parameter(0.1, "1/s", source=TABLE)
    c0: Parameter = parameter(0.2, "1", source=TABLE)
    closing: Parameter = parameter(50.0, "1/s", source=TABLE)
    recovery: Parameter = parameter(20.0, "1/s", source=TABLE)
    half_ca: Parameter = parameter(1.0, "uM", source="assumed: the original counts calcium in this unit")
    half_ip3: Parameter = parameter(1.0, "uM", source="assumed: the original counts IP3 in this unit")
    current: Parameter = parameter(
        3.12e5, "1/s", source="derived: 0.1 pA, between the 0.05 and the 0.15 pA of single channels (Vais et al. 2010)"
    )

    def species(self) -> Iterator[State]:
        yield State("rest", "membrane", count=self.clusters)
        for n in range(1, self.channels + 1):
            yield State(f"open{n}", "membrane")
        for m in range(1, self.refractory + 1):
            yield State(f"refractory{m}", "membrane")

    def quantities(self) -> Iterator[Quantity]:
        states = [f"open{n}" for n in range(1, self.channels + 1)]
        count = RateLaw(
            lambda *clusters: sum(n * found for n, found in enumerate(clusters, 1)),
            tuple((state, "1") for state in states),
            "1",
        )
        yield Quantity("open", count)

    def reactions(self) -> Iterator[Reaction]:
        at = {"ca": "Ca.cytosol", "ip3": "IP3.cytosol", "rate": "r1"}
        behind = [f"refractory{m}" for m in range(1, self.refractory + 1)] + ["rest"]
        for n in range(1, self.channels + 1):
            yield Reaction(f"rest -> open{n}", k=triggering, name=f"puff of {n}", bindings=at)
            yield Reaction(f"open{n} -> {f'open{n - 1}' if n > 1 else behind[0]}", k="closing")
        for start, end in pairwise(behind):
            yield Reaction(f"{start} -> {end}", k="recovery")
        yield Reaction("0 -> Ca.cytosol", released, at="cytosol", name="release", bindings={"channels": "open"})
