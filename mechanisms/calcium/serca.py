"""SERCA: the pump that returns calcium to the endoplasmic reticulum.

Written as elementary steps: a pump binds two calcium ions from the cytosol and, in one irreversible turnover, releases
both into the ER. With the pump in quasi-equilibrium the uptake is the Hill function v_max c^2 / (k^2 + c^2), with
v_max = 2 turnover x (pumps per volume), and no Hill propensity is needed.
"""

from collections.abc import Iterator

from mechanisms.law import rate_law
from mechanisms.mechanism import Mechanism, State, number, parameter, port
from mechanisms.places import Compartment, Membrane, Parameter
from mechanisms.reaction import Reaction


@rate_law(turnover="1/s", unbinding="1/s", half_saturation="uM", returns="1/uM^2/s")
def binding(turnover, unbinding, half_saturation):  # type: ignore[no-untyped-def]
    """(unbinding + turnover) / k^2: the constant of 2 Ca + pump that makes k the half saturation of the uptake."""
    return (unbinding + turnover) / half_saturation**2


class ElementarySERCA(Mechanism):
    """2 Ca(cytosol) + free <-> bound -> 2 Ca(er) + free.  De Young & Keizer 1992; steps as in STEPS's IP3R example."""

    cytosol: Compartment = port()
    er: Compartment = port()
    membrane: Membrane = port()
    pumps: int = number(5, source="the IP3 receptor example of STEPS")
    turnover: Parameter = parameter(
        0.9 * 602.214076 * 0.16572 / (2 * 5),
        "1/s",
        source="derived: v_max = 0.9 uM/s (De Young & Keizer 1992) by 5 pumps in 0.16572 fL",
    )
    unbinding: Parameter = parameter(
        10 * 0.9 * 602.214076 * 0.16572 / (2 * 5),
        "1/s",
        source="ten times the turnover: the IP3 receptor example of STEPS",
    )
    half_saturation: Parameter = parameter(
        0.1, "uM", source="De Young & Keizer 1992, as tabulated in the IP3 receptor example of STEPS: k3"
    )

    def species(self) -> Iterator[State]:
        yield State("free", "membrane", count=self.pumps)
        yield State("bound", "membrane")

    def reactions(self) -> Iterator[Reaction]:
        yield Reaction("2 Ca.cytosol + free <-> bound", k=binding, k_back="unbinding", name="binding")
        yield Reaction("bound -> free + 2 Ca.er", k="turnover", name="turnover")
