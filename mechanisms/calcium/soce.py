"""Store-operated entry of calcium: the emptier the ER, the more calcium the cell lets in.

A published code of an astrocyte has it rise with the calcium of the ER, which is the wrong sign.
"""

from collections.abc import Iterator

from mechanisms.law import rate_law
from mechanisms.mechanism import Mechanism, parameter, port
from mechanisms.places import Compartment, Parameter
from mechanisms.reaction import Reaction

TABLE = "Handy et al. 2017, their published code: v_C in the volume of the cytosol, 0.2 of it (delta)"


@rate_law(stored="uM", v_max="uM/s", half_saturation="uM", returns="uM/s")
def entry(stored, v_max, half_saturation):  # type: ignore[no-untyped-def]
    """v_max k^4 / (k^4 + e^4), for calcium e in the ER."""
    return v_max / (1 + (stored / half_saturation) ** 4)


class StoreOperatedEntry(Mechanism):
    """Ca(outside) -> Ca(cytosol), governed by the ER.  Handy et al. 2017."""

    cytosol: Compartment = port()
    er: Compartment = port()
    outside: Compartment = port()
    v_max: Parameter = parameter(0.314, "uM/s", source=f"{TABLE}; 1.57 uM/s there")
    half_saturation: Parameter = parameter(90.0, "uM", source=TABLE)

    def reactions(self) -> Iterator[Reaction]:
        bindings = {"stored": "Ca.er"}
        yield Reaction("Ca.outside -> Ca.cytosol", entry, at="cytosol", name="entry", bindings=bindings)
