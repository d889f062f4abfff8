"""The inositol trisphosphate receptor of Bicknell & Goodhill: subunits of ten states, one of which is open.

IP3 (1 -> 4, 2 -> 5, 3 -> 6) and calcium (1 -> 2 -> 3, 4 -> 5 -> 6) bind in either order; with IP3 bound a subunit may
be drawn aside (4 -> 7, 5 -> 8, 6 -> 9), and with IP3 and one calcium it opens (5 -> 10).

All loops are in detailed balance. A published code has 0.001313 1/s from 9 back to 8, with which the loop 5-6-9-8 runs
round by itself; 1.875 1/s closes it. ``back_9_8=0.001313`` gives that code's law.
"""

from collections.abc import Iterator
from typing import ClassVar

from mechanisms.ip3.scheme import Bulk, Cluster, Pore, Step
from mechanisms.mechanism import number, parameter
from mechanisms.places import Parameter

TABLE = "Bicknell & Goodhill 2016, as in a published code (original not opened)"


class BicknellGoodhillSubunit(Pore):
    """The scheme of a subunit.  Bicknell & Goodhill 2016."""

    subunits: int = number(4, source="the receptor is a tetramer")
    needed: int = number(3, source="assumed, as for De Young & Keizer's: the original's rule was not seen")
    permeability: Parameter = parameter(
        6.0 * 0.185 * 0.16572 / 5, "fL/s", source="assumed: that of DeYoungKeizer, so that schemes can be compared"
    )
    on_1_2: Parameter = parameter(25.0, "1/uM/s", source=TABLE)
    back_2_1: Parameter = parameter(25 * 50 * 0.25 * 10 / (2.5 * 10 * 65), "1/s", source="derived: detailed balance")
    on_2_3: Parameter = parameter(3.5, "1/uM/s", source=TABLE)
    back_3_2: Parameter = parameter(12.5, "1/s", source=TABLE)
    on_1_4: Parameter = parameter(10.0, "1/uM/s", source=TABLE)
    back_4_1: Parameter = parameter(0.25, "1/s", source=TABLE)
    on_2_5: Parameter = parameter(50.0, "1/uM/s", source=TABLE)
    back_5_2: Parameter = parameter(2.5, "1/s", source=TABLE)
    on_3_6: Parameter = parameter(5.0, "1/uM/s", source="derived in the same code, by detailed balance")
    back_6_3: Parameter = parameter(2.5, "1/s", source=TABLE)
    on_4_5: Parameter = parameter(65.0, "1/uM/s", source=TABLE)
    back_5_4: Parameter = parameter(10.0, "1/s", source=TABLE)
    on_5_6: Parameter = parameter(0.035, "1/uM/s", source=TABLE)
    back_6_5: Parameter = parameter(1.25, "1/s", source=TABLE)
    aside: Parameter = parameter(0.15, "1/s", source=TABLE)
    return_: Parameter = parameter(0.2, "1/s", source=TABLE)
    aside_6: Parameter = parameter(1.25, "1/s", source=f"{TABLE}, where it is called second order and used as first")
    return_9: Parameter = parameter(2.5, "1/s", source=TABLE)
    back_9_8: Parameter = parameter(1.875, "1/s", source="derived: detailed balance; the published code has 0.001313")
    opening: Parameter = parameter(110.0, "1/s", source=TABLE)
    closing: Parameter = parameter(20.0, "1/s", source=TABLE)

    states: ClassVar = tuple(f"x{i}" for i in range(1, 11))
    start: ClassVar = "x1"
    watched: ClassVar = "x10"

    def steps(self) -> Iterator[Step]:
        yield Step("x1", "x2", "on_1_2", "back_2_1", "Ca")
        yield Step("x2", "x3", "on_2_3", "back_3_2", "Ca")
        yield Step("x1", "x4", "on_1_4", "back_4_1", "IP3")
        yield Step("x2", "x5", "on_2_5", "back_5_2", "IP3")
        yield Step("x3", "x6", "on_3_6", "back_6_3", "IP3")
        yield Step("x4", "x5", "on_4_5", "back_5_4", "Ca")
        yield Step("x5", "x6", "on_5_6", "back_6_5", "Ca")
        yield Step("x7", "x8", "on_4_5", "back_5_4", "Ca")
        yield Step("x8", "x9", "on_5_6", "back_9_8", "Ca")
        yield Step("x4", "x7", "aside", "return_")
        yield Step("x5", "x8", "aside", "return_")
        yield Step("x6", "x9", "aside_6", "return_9")
        yield Step("x5", "x10", "opening", "closing")


class BicknellGoodhill(BicknellGoodhillSubunit, Bulk):
    """Channels in bulk.  Bicknell & Goodhill 2016."""


class BicknellGoodhillCluster(BicknellGoodhillSubunit, Cluster):
    """Channels with calcium domains of their own.  Bicknell & Goodhill 2016."""
