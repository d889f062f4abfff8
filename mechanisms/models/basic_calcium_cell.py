"""An astrocyte's calcium on one page: every law, number and reaction of a closed cell in the order of the story.

Calcium c of the cytosol and e of the ER, IP3 p, and the share h of receptors that calcium has not inhibited:

    dc/dt =  c1 (v1 (m n h)^3 + v2) (e - c) - v3 c^2 / (c^2 + k3^2),        c + c1 e constant
    dh/dt =  a2 (Q2 (1 - h) - c h)
    dp/dt =  v_g g / (g + k_g) - r p

with m = p/(p + d1), n = c/(c + d5), Q2 = d2 (p + d1)/(p + d3), and glutamate g outside. Li & Rinzel 1994, with IP3 made
and removed in the simplest way. The library's mechanisms say the same in parts that go together in other ways; here
nothing is behind a name.
"""

from __future__ import annotations

from typing import Any

from mechanisms.law import rate_law
from mechanisms.model import Model
from mechanisms.units import Given

LI_RINZEL = "Li & Rinzel 1994, with the constants of De Young & Keizer 1992, as tabulated by De Pitta et al. 2009"
ASSUMED = "assumed: 5 uM of glutamate brings IP3 to about 0.5 uM within some ten seconds"


@rate_law(ca="uM", c="uM", p="uM", h="1", v1="1/s", v2="1/s", d1="uM", d5="uM", returns="uM/s")
def release(ca, c, p, h, v1, v2, d1, d5):  # type: ignore[no-untyped-def]
    """(v1 (m n h)^3 + v2) [Ca], one way, in the volume of the ER: open receptors and a leak."""
    return (v1 * (p / (p + d1) * c / (c + d5) * h) ** 3 + v2) * ca


@rate_law(c="uM", v3="uM/s", k3="uM", returns="uM/s")
def pump(c, v3, k3):  # type: ignore[no-untyped-def]
    """v3 / 2 c^2 / (c^2 + k3^2): turnovers of two ions."""
    return v3 / 2 * c**2 / (c**2 + k3**2)


@rate_law(c="uM", p="uM", h="1", a2="1/uM/s", d1="uM", d2="uM", d3="uM", returns="1/s")
def recovery(c, p, h, a2, d1, d2, d3):  # type: ignore[no-untyped-def]
    """a2 (Q2 (1 - h) - c h), Q2 = d2 (p + d1) / (p + d3)."""
    return a2 * (d2 * (p + d1) / (p + d3) * (1 - h) - c * h)


@rate_law(g="uM", v_g="uM/s", k_g="uM", returns="uM/s")
def production(g, v_g, k_g):  # type: ignore[no-untyped-def]
    """v_g g / (g + k_g): IP3 made under glutamate."""
    return v_g * g / (g + k_g)


def basic_calcium_cell(glutamate: Given = 5.0, volume: Given = 1000.0) -> Model:
    """The cell under glutamate.

    glutamate: uM, held. volume: of the cytosol in fL; the ER is 0.185 of it. Raises UnitError for a wrong dimension.
    """
    model = Model("basic_calcium_cell")

    # Where things are.
    cytosol = model.compartment("cytosol", volume)
    er = model.compartment("er", 0.185 * cytosol.volume)
    outside = model.compartment("outside", cytosol.volume)

    # What there is: 2 uM of calcium per volume of cytosol, nearly all of it in the ER.
    model.species("Ca", cytosol, 0.08, valence=2)
    model.species("Ca", er, (2.0 - 0.08) / 0.185, valence=2)
    model.species("IP3", cytosol, 0.1)
    model.species("glutamate", outside, glutamate, clamped=True)

    # Receptors and leak let calcium through both ways, in proportion to what is on each side.
    for name, value, unit in (("v1", 6.0, "1/s"), ("v2", 0.11, "1/s"), ("d1", 0.13, "uM"), ("d5", 0.08234, "uM")):
        model.parameter(name, value, unit, source=LI_RINZEL)
    seen: Any = {"c": "Ca.cytosol", "p": "IP3.cytosol", "h": "h"}
    model.reaction("Ca.er -> Ca.cytosol", release, at=er, name="release", ca="Ca.er", **seen)
    model.reaction("Ca.cytosol -> Ca.er", release, at=er, name="return", ca="Ca.cytosol", **seen)

    # SERCA takes it back.
    model.parameter("v3", 0.9, "uM/s", source=LI_RINZEL)
    model.parameter("k3", 0.1, "uM", source=LI_RINZEL)
    model.reaction("2 Ca.cytosol -> 2 Ca.er", pump, at=cytosol, name="SERCA", c="Ca.cytosol")

    # Calcium inhibits the receptors, slowly.
    for name, value, unit in (("a2", 0.2, "1/uM/s"), ("d2", 1.049, "uM"), ("d3", 0.9434, "uM")):
        model.parameter(name, value, unit, source=LI_RINZEL)
    model.variable("h", 0.79, "1", recovery, c="Ca.cytosol", p="IP3.cytosol", h="h")

    # Glutamate makes IP3, which is broken down.
    model.parameter("v_g", 0.14, "uM/s", source=ASSUMED)
    model.parameter("k_g", 5.0, "uM", source=ASSUMED)
    model.parameter("r", 0.14, "1/s", source="Nadkarni & Jung 2003: 1 / 7.14 s")
    model.reaction("0 -> IP3.cytosol", production, at=cytosol, name="production", g="glutamate.outside")
    model.reaction("IP3.cytosol -> 0", k="r", name="degradation")
    return model
