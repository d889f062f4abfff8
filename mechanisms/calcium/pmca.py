"""PMCA: the pump that carries calcium out of the cell, as a Hill function and in elementary steps.

One ion leaves in a turnover, and the pump does not run backwards. In elementary steps a pump binds an ion from the
cytosol and releases it outside; it also lets some in, as the resting leak of the published model.
"""

from collections.abc import Iterator

from mechanisms.law import rate_law
from mechanisms.mechanism import Mechanism, State, number, parameter, port
from mechanisms.places import Compartment, Membrane, Parameter
from mechanisms.reaction import Reaction

OPEN_CELL = "Handy et al. 2017, their published code: v_P in the volume of the cytosol, 0.2 of it (delta)"
STEPS = "Mahajan & Nadkarni 2019, their published code"


@rate_law(ca="uM", v_max="uM/s", half_saturation="uM", returns="uM/s")
def extrusion(ca, v_max, half_saturation):  # type: ignore[no-untyped-def]
    """v_max c^2 / (k^2 + c^2), one ion a turnover."""
    return v_max * ca**2 / (half_saturation**2 + ca**2)


class HillPMCA(Mechanism):
    """Ca(cytosol) -> Ca(outside), saturating.  Handy et al. 2017."""

    cytosol: Compartment = port()
    outside: Compartment = port()
    v_max: Parameter = parameter(2.0, "uM/s", source=f"{OPEN_CELL}; 10 uM/s there")
    half_saturation: Parameter = parameter(2.5, "uM", source=OPEN_CELL)

    def reactions(self) -> Iterator[Reaction]:
        bindings = {"ca": "Ca.cytosol"}
        yield Reaction("Ca.cytosol -> Ca.outside", extrusion, at="cytosol", name="turnover", bindings=bindings)


class ElementaryPMCA(Mechanism):
    """Ca(cytosol) + free <-> bound -> free + Ca(outside), and a leak.  Mahajan & Nadkarni 2019."""

    cytosol: Compartment = port()
    outside: Compartment = port()
    membrane: Membrane = port()
    pumps: int = number(1000, source=f"{STEPS}: 1000 per um^2, here of 1 um^2")
    binding: Parameter = parameter(150.0, "1/uM/s", source=STEPS)
    unbinding: Parameter = parameter(15.0, "1/s", source=STEPS)
    turnover: Parameter = parameter(12.0, "1/s", source=STEPS)
    leak: Parameter = parameter(3.33, "1/s", source=STEPS)

    def species(self) -> Iterator[State]:
        yield State("free", "membrane", count=self.pumps)
        yield State("bound", "membrane")

    def reactions(self) -> Iterator[Reaction]:
        yield Reaction("Ca.cytosol + free <-> bound", k="binding", k_back="unbinding", name="binding")
        yield Reaction("bound -> free + Ca.outside", k="turnover", name="turnover")
        yield Reaction("Ca.outside + free -> free + Ca.cytosol", through_pumps, at="membrane", name="leak",
                       bindings={"pumps": "free"})  # fmt: skip


@rate_law(pumps="1", leak="1/s", returns="1/s")
def through_pumps(pumps, leak):  # type: ignore[no-untyped-def]
    """So many ions per second through each free pump, whatever the concentration outside."""
    return pumps * leak
