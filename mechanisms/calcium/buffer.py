"""Buffers and dyes: what binds calcium, one ion at a site, with every binding a reaction.

    free + Ca <-> bound,    Kd = koff / kon

``BUFFERS`` has the constants of known ones; ``buffer("EGTA", total="100 uM")`` makes one. Where the binding is fast the
free calcium c moves by a share of every flux only (Wagner & Keizer 1994),

    beta(c) = 1 / (1 + sum B Kd / (Kd + c)^2),

a statement about the mean field: ions are bound or free, and in a stochastic engine a buffer has to be explicit.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mechanisms.faults import nearest
from mechanisms.mechanism import Mechanism, State, parameter, port
from mechanisms.places import Compartment, Parameter
from mechanisms.reaction import Reaction
from mechanisms.units import Given, magnitude


@dataclass(frozen=True)
class Constants:
    """kon in 1/uM/s, koff in 1/s; diffusion in um^2/s, 0 of what does not move, None where it is not known."""

    kon: float
    koff: float
    diffusion: float | None
    source: str


_NEURON = "Schmidt et al. 2003, as in published codes (original not opened)"
_SPINE = "Mahajan & Nadkarni 2019, their published code"
_NARAGHI = "Naraghi 1997, as in published codes (original not opened)"
_ASTRON = "Astron, a published code of an astrocyte"
_RXD = "a published code of a CA1 pyramidal cell"
BUFFERS = {
    "EGTA": Constants(2.7, 0.5, 113.0, _NARAGHI),
    "BAPTA": Constants(450.0, 79.0, 95.0, f"{_NARAGHI}; 79 to 80 1/s"),
    "Fluo-4 in cells": Constants(150.0, 300.0, None, "Hawker et al., their published code, after Cao et al. 2013"),
    "Fluo-4": Constants(800.0, 160.0, None, _ASTRON),
    "indo-1": Constants(500.0, 130.0, None, _ASTRON),
    "OGB-1": Constants(430.0, 140.0, 15.0, f"{_NEURON}; 14 to 15 um^2/s; another code has Kd 0.43 uM and kon 10"),
    "GCaMP6s": Constants(7.78, 1.12, 50.0, "Denizot et al. 2019"),
    "GCaMP6f": Constants(10.5, 3.93, 50.0, "Denizot et al. 2019"),
    "calbindin, medium sites": Constants(43.5, 35.8, 28.0, f"{_NEURON}; two sites a molecule"),
    "calbindin, high sites": Constants(5.5, 2.6, 28.0, f"{_NEURON}; two sites a molecule"),
    "calbindin, high sites (CA1)": Constants(11.0, 11.0 * 0.237, 28.0, f"{_RXD}: Kd 0.237 uM; diffusion: {_NEURON}"),
    "calbindin, low sites (CA1)": Constants(87.0, 87.0 * 0.411, 28.0, f"{_RXD}: Kd 0.411 uM; diffusion: {_NEURON}"),
    "immobile calcium-binding protein": Constants(247.0, 524.0, 0.0, f"{_SPINE}; 80 uM there"),
    "slow buffer": Constants(24.7, 52.4, 0.0, f"{_SPINE}; 40 uM there"),
    "cytosolic buffer": Constants(60.0, 1200.0, 0.0, f"{_ASTRON}; 50 uM there"),
    "ER buffer": Constants(1.0, 80.0, 0.0, f"{_ASTRON}; 10 uM there"),
    "calreticulin": Constants(0.01, 20.0, 0.0, f"{_RXD}: Kd 2 mM"),
}
"""Known buffers and dyes of one kind of site, by name."""


class Buffer(Mechanism):
    """free + Ca <-> bound, in equilibrium at the start with ``calcium``."""

    cytosol: Compartment = port()
    total: Parameter = parameter(20.0, "uM", source="Cao et al. 2013, as in the published code of Hawker et al.")
    kon: Parameter = parameter(150.0, "1/uM/s", source=BUFFERS["Fluo-4 in cells"].source)
    koff: Parameter = parameter(300.0, "1/s", source=BUFFERS["Fluo-4 in cells"].source)
    calcium: Parameter = parameter(0.1, "uM", source="assumed: a cell at rest")

    @property
    def affinity(self) -> float:
        """Kd in uM."""
        return self.koff.value / self.kon.value

    def capacity(self, calcium: Any) -> Any:
        """B Kd / (Kd + c)^2: ions bound for each that stays free, at a calcium c in uM."""
        return self.total.value * self.affinity / (self.affinity + calcium) ** 2

    def species(self) -> Iterator[State]:
        bound = self.total.value * self.calcium.value / (self.affinity + self.calcium.value)
        yield State("free", "cytosol", concentration=self.total.value - bound)
        yield State("bound", "cytosol", concentration=bound)

    def reactions(self) -> Iterator[Reaction]:
        yield Reaction("free + Ca.cytosol <-> bound", k="kon", k_back="koff", name="binding")


def buffer(kind: str, **given: Given) -> Buffer:
    """A buffer or dye of ``BUFFERS`` by name, with other values as arguments: total in uM, calcium at the start in uM.

    Raises ValueError for an unknown name, UnitError for a wrong dimension.
    """
    if kind not in BUFFERS:
        near = nearest(kind, BUFFERS)
        hint = f"; did you mean '{near}'?" if near else ""
        raise ValueError(f"found '{kind}'; allowed: {', '.join(BUFFERS)}{hint}")
    known = BUFFERS[kind]
    own: dict[str, Any] = {
        "kon": Parameter("kon", known.kon, "1/uM/s", known.source),
        "koff": Parameter("koff", known.koff, "1/s", known.source),
    }
    return Buffer(**own, **given)


def rapid_buffer_factor(calcium: Any, buffers: Sequence[Buffer]) -> Any:
    """beta(c) = 1 / (1 + sum B Kd / (Kd + c)^2): the share of a flux that moves free calcium, if binding is fast.

    calcium: uM, a number or an array; a number between 0 and 1, or such an array. Wagner & Keizer 1994.
    """
    return 1.0 / (1.0 + sum(one.capacity(calcium) for one in buffers))


def effective_diffusion(calcium: Any, buffers: Sequence[tuple[Buffer, Given]], free: Given = 220.0) -> Any:
    """beta(c) (D + sum D_B B Kd / (Kd + c)^2): how fast a small deviation of calcium spreads, in um^2/s.

    calcium: uM; buffers: each with its diffusion coefficient; free: that of calcium, 220 um^2/s (Schmidt et al. 2003).
    Wagner & Keizer 1994. Raises UnitError for a wrong dimension.
    """
    carried = sum(magnitude(diffusion, "um^2/s") * one.capacity(calcium) for one, diffusion in buffers)
    return rapid_buffer_factor(calcium, [one for one, _ in buffers]) * (magnitude(free, "um^2/s") + carried)
