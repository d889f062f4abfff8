"""Proteins with several calcium sites: calbindin, parvalbumin and calmodulin, every binding a reaction."""

from collections.abc import Iterator

from mechanisms.law import rate_law
from mechanisms.mechanism import Mechanism, State, parameter, port
from mechanisms.places import Compartment, Parameter
from mechanisms.reaction import Reaction

SPINE = "Mahajan & Nadkarni 2019, their published code"
NEURON = "Schmidt et al. 2003, as in published codes (original not opened)"


@rate_law(factor="1", k="1/uM/s", returns="1/uM/s")
def times(factor, k):  # type: ignore[no-untyped-def]
    """The rate of so many equal sites."""
    return factor * k


@rate_law(factor_back="1", k_back="1/s", returns="1/s")
def times_back(factor_back, k_back):  # type: ignore[no-untyped-def]
    """The same of what leaves them."""
    return factor_back * k_back


@rate_law(mg_on="1/uM/s", magnesium="uM", returns="1/s")
def taking_magnesium(mg_on, magnesium):  # type: ignore[no-untyped-def]
    """k [Mg], of which there is so much that it does not change."""
    return mg_on * magnesium


class Calbindin(Mechanism):
    """A protein mh with m of two medium and h of two high-affinity sites filled: nine states.  Mahajan & Nadkarni 2019.

    The first of two equal sites is filled twice as fast, and the second emptied twice as fast.
    """

    cytosol: Compartment = port()
    total: Parameter = parameter(45.0, "uM", source=SPINE)
    medium_on: Parameter = parameter(87.0, "1/uM/s", source=f"{SPINE}: 174 and 87")
    medium_off: Parameter = parameter(35.8, "1/s", source=f"{SPINE}: 35.8 and 71.6")
    high_on: Parameter = parameter(11.0, "1/uM/s", source=f"{SPINE}: 22 and 11")
    high_off: Parameter = parameter(2.6, "1/s", source=f"{SPINE}: 2.6 and 5.2")

    def species(self) -> Iterator[State]:
        for m in range(3):
            for h in range(3):
                yield State(f"m{m}h{h}", "cytosol", concentration=self.total.value if m == h == 0 else 0.0)

    def reactions(self) -> Iterator[Reaction]:
        for first in range(2):
            for other in range(3):
                sites = ("medium", f"m{first}h{other}", f"m{first + 1}h{other}")
                yield self.binding(first, *sites)
                yield self.binding(first, "high", f"m{other}h{first}", f"m{other}h{first + 1}")

    def binding(self, filled: int, kind: str, start: str, end: str) -> Reaction:
        """An ion binds to a site of a kind, of whose two ``filled`` are full."""
        bindings = {"factor": 2 - filled, "k": f"{kind}_on", "factor_back": filled + 1, "k_back": f"{kind}_off"}
        return Reaction(f"{start} + Ca.cytosol <-> {end}", k=times, k_back=times_back, bindings=bindings)


class Parvalbumin(Mechanism):
    """free + Ca <-> with_ca, free + Mg <-> with_mg: magnesium must leave before calcium binds.  Schmidt et al. 2003."""

    cytosol: Compartment = port()
    total: Parameter = parameter(80.0, "uM", source="assumed: sites of 40 uM of protein")
    magnesium: Parameter = parameter(590.0, "uM", source=NEURON)
    ca_on: Parameter = parameter(107.0, "1/uM/s", source=NEURON)
    ca_off: Parameter = parameter(0.95, "1/s", source=NEURON)
    mg_on: Parameter = parameter(0.8, "1/uM/s", source=NEURON)
    mg_off: Parameter = parameter(25.0, "1/s", source=NEURON)

    def species(self) -> Iterator[State]:
        bound = self.total.value / (1 + self.mg_off.value / (self.mg_on.value * self.magnesium.value))
        yield State("free", "cytosol", concentration=self.total.value - bound)
        yield State("with_ca", "cytosol")
        yield State("with_mg", "cytosol", concentration=bound)

    def reactions(self) -> Iterator[Reaction]:
        yield Reaction("free + Ca.cytosol <-> with_ca", k="ca_on", k_back="ca_off", name="calcium")
        yield Reaction("free <-> with_mg", k=taking_magnesium, k_back="mg_off", name="magnesium")


class Calmodulin(Mechanism):
    """Two lobes, each of which binds one ion and then another: Nj and Cj with j ions.  Mahajan & Nadkarni 2019.

    The lobes are independent, so that each is a pool of its own.
    """

    cytosol: Compartment = port()
    total: Parameter = parameter(10.0, "uM", source="assumed: about what is free of targets in a cell")
    n_on: Parameter = parameter(108.0, "1/uM/s", source=SPINE)
    n_off1: Parameter = parameter(4150.0, "1/s", source=SPINE)
    n_off2: Parameter = parameter(800.0, "1/s", source=SPINE)
    c_on: Parameter = parameter(6.8, "1/uM/s", source=SPINE)
    c_off1: Parameter = parameter(68.0, "1/s", source=SPINE)
    c_off2: Parameter = parameter(10.0, "1/s", source=SPINE)

    def species(self) -> Iterator[State]:
        for lobe in "NC":
            for ions in range(3):
                yield State(f"{lobe}{ions}", "cytosol", concentration=0.0 if ions else self.total.value)

    def reactions(self) -> Iterator[Reaction]:
        for lobe in "nc":
            for ions in (1, 2):
                equation = f"{lobe.upper()}{ions - 1} + Ca.cytosol <-> {lobe.upper()}{ions}"
                yield Reaction(equation, k=f"{lobe}_on", k_back=f"{lobe}_off{ions}")
