"""Receptor channels as kinetic schemes: the steps between states are written once, for two surroundings.

In bulk (``Bulk``) channels share one concentration of calcium, and binding takes the ligand from it. In a cluster
(``Cluster``) every channel has a pore of its own, around which calcium stands higher while channels are open:

    c_i = c + own x_i + neighbours sum_{j != i} x_j,    x_i = 1 while channel i is open, else 0.

Such a domain builds up and collapses within microseconds, far faster than any step of a receptor, so it is read off
the state (Swillens, Dupont, Combettes & Champeil 1999), and the ions that bind are a part of it: a step takes none
from the bulk. What open channels release goes to the bulk.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from mechanisms.law import RateLaw, rate_law
from mechanisms.mechanism import Mechanism, Subunits, number, parameter, port
from mechanisms.places import Compartment, Membrane, Parameter, Quantity
from mechanisms.reaction import Reaction


@dataclass(frozen=True)
class Step:
    """A transition of a subunit from ``start`` to ``end``, and back.

    k, k_back: names of parameters, or laws of them; 1/uM/s where a ``ligand`` ("Ca" or "IP3") binds, else 1/s.
    """

    start: str
    end: str
    k: str | RateLaw
    k_back: str | RateLaw
    ligand: str = ""


@rate_law(channels="1", ca="uM", permeability="fL/s", returns="uM*fL/s")
def permeation(channels, ca, permeability):  # type: ignore[no-untyped-def]
    """channels x permeability x [Ca]: the flow of calcium one way through open channels."""
    return channels * permeability * ca


def through_pores(channels: str) -> Iterator[Reaction]:
    """Calcium through so many channels, each way in proportion to the concentration on that side."""
    for source, sink in (("er", "cytosol"), ("cytosol", "er")):
        bindings = {"channels": channels, "ca": f"Ca.{source}"}
        yield Reaction(f"Ca.{source} -> Ca.{sink}", permeation, name=f"flow from {source}", bindings=bindings)


@rate_law(on="1/uM/s", ligand="uM", returns="1/s")
def binding(on, ligand):  # type: ignore[no-untyped-def]
    """k [ligand]: binding that takes nothing from the bulk."""
    return on * ligand


@rate_law(ca="uM", own="uM", neighbours="uM", x="1", opened="1", returns="uM")
def at_pore(ca, own, neighbours, x, opened):  # type: ignore[no-untyped-def]
    """c + own x + neighbours (open - x): calcium at the pore of one channel."""
    return ca + own * x + neighbours * (opened - x)


class Receptor(Mechanism):
    """Channels of identical subunits, which are open while enough of these are in one state."""

    cytosol: Compartment = port()
    membrane: Membrane = port()
    subunits: int
    needed: int

    states: ClassVar[tuple[str, ...]]
    start: ClassVar[str]
    watched: ClassVar[str]
    """The state of a subunit in which it counts as open."""

    def steps(self) -> Iterator[Step]:
        """The steps of one subunit."""
        raise NotImplementedError

    def flow(self) -> Iterator[Reaction]:
        """What passes through the ``open`` channels."""
        raise NotImplementedError

    def complexes(self, count: int, suffix: str = "") -> Subunits:
        """So many channels, whose states have names that end in ``suffix``."""
        states = tuple(f"{state}{suffix}" for state in self.states)
        start, watched = f"{self.start}{suffix}", f"{self.watched}{suffix}"
        return Subunits("membrane", count, self.subunits, states, start, watched, self.needed, f"open{suffix}")


class Pore(Receptor):
    """Receptors that let calcium through, each way in proportion to the concentration on that side."""

    er: Compartment = port()
    permeability: Parameter

    def flow(self) -> Iterator[Reaction]:
        yield from through_pores("open")


class Bulk(Receptor):
    """Channels that share the calcium of the cytosol, and bind ligands out of it."""

    channels: int = number(5, source="the IP3 receptor example of STEPS")

    def species(self) -> Iterator[Subunits]:
        yield self.complexes(self.channels)

    def reactions(self) -> Iterator[Reaction]:
        for step in self.steps():
            ligand = f" + {step.ligand}.cytosol" if step.ligand else ""
            yield Reaction(f"{step.start}{ligand} <-> {step.end}", k=step.k, k_back=step.k_back)
        yield from self.flow()


class Cluster(Receptor):
    """Channels each of which sees its own calcium, and less of that of the others."""

    channels: int = number(10, source="about six active channels and a few more (Smith & Parker 2009)")
    own: Parameter = parameter(
        100.0, "uM", source="assumed: 13 to 70 uM were inferred at the pore (Vais et al. 2010), 100 to 170 are modelled"
    )
    neighbours: Parameter = parameter(
        1.0, "uM", source="derived: 0.1 pA at some 200 nm in free diffusion at 220 um^2/s gives 0.9 uM"
    )

    def species(self) -> Iterator[Subunits]:
        for i in range(self.channels):
            yield self.complexes(1, f"_{i}")

    def quantities(self) -> Iterator[Quantity]:
        each = [f"open_{i}" for i in range(self.channels)]
        total = RateLaw(lambda *opened: sum(opened), tuple((name, "1") for name in each), "1")
        yield Quantity("open", total)
        for name in each:
            bindings = {"ca": "Ca.cytosol", "x": name, "opened": "open"}
            yield Quantity(name.replace("open", "pore"), at_pore, bindings)

    def reactions(self) -> Iterator[Reaction]:
        for i in range(self.channels):
            seen = {"Ca": f"pore_{i}", "IP3": "IP3.cytosol"}
            for step in self.steps():
                equation = f"{step.start}_{i} <-> {step.end}_{i}"
                if step.ligand:
                    bindings = {"on": step.k, "ligand": seen[step.ligand]}
                    yield Reaction(equation, k=binding, k_back=step.k_back, bindings=bindings)
                else:
                    yield Reaction(equation, k=step.k, k_back=step.k_back)
        yield from self.flow()
