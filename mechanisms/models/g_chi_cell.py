"""Calcium and IP3 of an astrocyte under glutamate: the G-ChI model of De Pitta et al. 2009.

Calcium as in Li & Rinzel (``MeanLiRinzel``, SERCA and a leak, in a closed cell), IP3 as in
``mechanisms.ip3.metabolism``.
"""

from __future__ import annotations

from typing import Any

from mechanisms.calcium.er_leak import ERLeak
from mechanisms.calcium.hill_serca import HillSERCA
from mechanisms.ip3.mean_li_rinzel import MeanLiRinzel
from mechanisms.ip3.metabolism import FM, FivePhosphatase, PLCBeta, PLCDelta, ThreeKinase
from mechanisms.model import Model
from mechanisms.places import Input
from mechanisms.signal import Piecewise, protocol
from mechanisms.units import Given

ER_FRACTION = 0.185
"""ER over cytosol (De Young & Keizer 1992)."""
TOTAL = 2.0
"""Calcium per volume of cytosol, of cytosol and ER together, in uM (De Young & Keizer 1992)."""
START = {"Ca": 0.09, "h": 0.78, "IP3": 0.22}
"""uM, 1, uM (De Pitta et al. 2009, as in the code of Manninen et al.)."""
KINDS = ("AM", "FM")


def g_chi_cell(glutamate: Given | Piecewise = 1.0, kind: str = "AM", volume: Given = 1000.0) -> Model:
    """The cell at a concentration of glutamate.

    glutamate: uM, or a protocol such as ``md.pulse(10, 60, 5)``. kind: "AM", oscillations whose amplitude follows the
    stimulus, or "FM", whose frequency does. volume: of the cytosol in fL. Raises ValueError for another kind, UnitError
    for a volume that is none.
    """
    if kind not in KINDS:
        raise ValueError(f"found kind={kind!r}; allowed: {', '.join(map(repr, KINDS))}")
    different: dict[str, Any] = FM if kind == "FM" else {}
    model = Model("g_chi_cell")
    cytosol = model.compartment("cytosol", volume)
    er, outside = model.compartment("er", ER_FRACTION * cytosol.volume), model.compartment("outside", cytosol.volume)
    model.species("Ca", cytosol, START["Ca"], valence=2)
    model.species("Ca", er, (TOTAL - START["Ca"]) / ER_FRACTION, valence=2)
    model.species("IP3", cytosol, START["IP3"])
    stimulus: Input = model.input("stimulus", protocol(glutamate), "uM")
    model.species("glutamate", outside, clamped=stimulus)
    model.add(MeanLiRinzel(start=START["h"]), name="IP3R", cytosol=cytosol, er=er)
    model.add(HillSERCA(half_saturation=0.05 if kind == "FM" else 0.1), name="SERCA", cytosol=cytosol, er=er)
    model.add(ERLeak(), name="leak", cytosol=cytosol, er=er)

    def own(names: tuple[str, ...]) -> dict[str, Any]:
        return {name: different[name] for name in names if name in different}

    model.add(PLCBeta(**own(("v_beta",))), cytosol=cytosol, outside=outside)
    model.add(PLCDelta(**own(("v_delta",))), cytosol=cytosol)
    model.add(ThreeKinase(), cytosol=cytosol)
    model.add(FivePhosphatase(**own(("r_5p",))), cytosol=cytosol)
    return model
