"""Calcium that crosses the plasma membrane passively: a constant influx, and an efflux in proportion to the cytosol's.

An open cell's simplest exchange with a bath that does not change.
"""

from collections.abc import Iterator

from mechanisms.law import rate_law
from mechanisms.mechanism import Mechanism, parameter, port
from mechanisms.places import Compartment, Parameter
from mechanisms.reaction import Reaction

TABLE = "Handy et al. 2017, their published code, 0.2 of it (delta)"


@rate_law(influx="uM/s", returns="uM/s")
def constant_influx(influx):  # type: ignore[no-untyped-def]
    """J_in, whatever the concentrations are."""
    return influx


class PlasmaLeak(Mechanism):
    """Ca(outside) -> Ca(cytosol) at a constant rate, Ca(cytosol) -> Ca(outside) at k_out c.  Handy et al. 2017."""

    cytosol: Compartment = port()
    outside: Compartment = port()
    influx: Parameter = parameter(0.01, "uM/s", source=f"{TABLE}; 0.05 uM/s there")
    efflux: Parameter = parameter(0.24, "1/s", source=f"{TABLE}; 1.2 1/s there")

    def reactions(self) -> Iterator[Reaction]:
        yield Reaction("Ca.outside -> Ca.cytosol", constant_influx, at="cytosol", name="in")
        yield Reaction("Ca.cytosol -> Ca.outside", k="efflux", name="out")
