"""The type-1 inositol trisphosphate receptor of Doi et al.: opened by IP3 and one calcium, closed by up to four.

    R + IP3 <-> RI,    RI + Ca <-> O,    R + Ca <-> RC,    RC + Ca <-> RC2 <-> RC3 <-> RC4

A whole channel has these seven states, and there are no loops among them.
"""

from collections.abc import Iterator
from typing import ClassVar

from mechanisms.ip3.scheme import Bulk, Cluster, Pore, Step
from mechanisms.mechanism import number, parameter
from mechanisms.places import Parameter

TABLE = "Doi et al. 2005, as in two published codes that agree (original not opened)"
CHAIN = (("R", "RC", "1"), ("RC", "RC2", "2"), ("RC2", "RC3", "3"), ("RC3", "RC4", "4"))


class DoiChannel(Pore):
    """The scheme of a channel.  Doi et al. 2005."""

    subunits: int = number(1, source="Doi et al. 2005: the scheme is that of a whole channel")
    needed: int = number(1, source="Doi et al. 2005: the scheme is that of a whole channel")
    permeability: Parameter = parameter(
        8.0 / 602.214076, "fL/s", source="derived: 8 ions per uM and s through an open channel, in the example of STEPS"
    )
    ip3_on: Parameter = parameter(1000.0, "1/uM/s", source=TABLE)
    ip3_off: Parameter = parameter(25800.0, "1/s", source=TABLE)
    opening: Parameter = parameter(8000.0, "1/uM/s", source=TABLE)
    closing: Parameter = parameter(2000.0, "1/s", source=TABLE)
    on1: Parameter = parameter(8.889, "1/uM/s", source=TABLE)
    on2: Parameter = parameter(20.0, "1/uM/s", source=TABLE)
    on3: Parameter = parameter(40.0, "1/uM/s", source=TABLE)
    on4: Parameter = parameter(60.0, "1/uM/s", source=TABLE)
    off1: Parameter = parameter(5.0, "1/s", source=TABLE)
    off2: Parameter = parameter(10.0, "1/s", source=TABLE)
    off3: Parameter = parameter(15.0, "1/s", source=TABLE)
    off4: Parameter = parameter(20.0, "1/s", source=TABLE)

    states: ClassVar = ("R", "RI", "O", "RC", "RC2", "RC3", "RC4")
    start: ClassVar = "R"
    watched: ClassVar = "O"

    def steps(self) -> Iterator[Step]:
        yield Step("R", "RI", "ip3_on", "ip3_off", "IP3")
        yield Step("RI", "O", "opening", "closing", "Ca")
        for start, end, n in CHAIN:
            yield Step(start, end, f"on{n}", f"off{n}", "Ca")


class Doi(DoiChannel, Bulk):
    """Channels in bulk.  Doi et al. 2005."""


class DoiCluster(DoiChannel, Cluster):
    """Channels with calcium domains of their own.  Doi et al. 2005."""
