"""A fine process of an astrocyte: receptors, phospholipase, a leak and an indicator in 0.028 fL, a few ions at a time.

    Ca enters at gamma and leaves at alpha c; PLC + Ca -> PLC + Ca + IP3 (delta), IP3 -> 0 (beta); Ca + GCaMP <-> bound

after Denizot et al. 2019, in one well-mixed cylinder 1 um long and 0.1 um in radius. Their table and their code differ
in the calcium at the start (5 or 10 ions) and in the unit of the leak, which is uM/s here as in the code.
"""

from __future__ import annotations

from mechanisms.calcium.buffer import buffer
from mechanisms.ip3.denizot import TABLE, Denizot
from mechanisms.law import rate_law
from mechanisms.model import Model

VOLUME = 0.0281
"""Cytosol in fL."""
PLC, RECEPTORS, INDICATOR = 1696, 50, 10.0
"""Molecules, molecules and uM."""


@rate_law(gamma="uM/s", returns="uM/s")
def entry(gamma):  # type: ignore[no-untyped-def]
    """gamma: calcium that leaks in, whatever there is."""
    return gamma


def denizot_process(receptors: int = RECEPTORS, indicator: float = INDICATOR) -> Model:
    """The process.

    receptors: how many. indicator: GCaMP6s in uM; 0 for none. Raises ModelError, when used, for numbers that are none.
    """
    model = Model("denizot_process")
    cytosol = model.compartment("cytosol", VOLUME)
    # The area of the cylinder; it cancels in every rate of this model.
    membrane = model.membrane("plasma", 0.69, inside=cytosol)
    model.species("Ca", cytosol, count=5, valence=2)
    model.species("IP3", cytosol, count=3)
    model.species("PLC", cytosol, count=PLC)  # at its membrane; as a concentration of the cytosol, as in the original
    model.parameter("gamma", 0.15, "uM/s", source=TABLE)
    model.parameter("alpha", 30.0, "1/s", source=TABLE)
    model.parameter("delta", 1e-6, "1/uM/s", source=f"{TABLE}, where it is 1 1/M/s")
    model.parameter("beta", 1.2e-4, "1/s", source=TABLE)
    model.reaction("0 -> Ca", entry, at=cytosol, name="leak")
    model.reaction("Ca -> 0", k="alpha", name="removal")
    model.reaction("PLC + Ca -> PLC + Ca + IP3", k="delta", name="synthesis")
    model.reaction("IP3 -> 0", k="beta", name="degradation")
    model.add(Denizot(channels=receptors), name="IP3R", cytosol=cytosol, membrane=membrane)
    if indicator:
        model.add(buffer("GCaMP6s", total=indicator, calcium=0.0068), name="GCaMP", cytosol=cytosol)
    return model
