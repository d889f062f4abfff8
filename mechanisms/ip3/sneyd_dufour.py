"""The type-2 inositol trisphosphate receptor of Sneyd & Dufour: six states a subunit, joined by saturating rates.

    R <-> O (IP3 binds), R <-> I1, O <-> A, O <-> S, A <-> I2; open: (0.1 O + 0.9 A)^4 for the shares O and A.

Calcium acts by way of rates that stand for fast binding within each state, so it is not taken from the cytosol; neither
is IP3. The subunits of all channels are one pool, of which the open number is the expectation: a conducting state that
is open to a part has no whole number of open channels.
"""

from collections.abc import Iterator

from mechanisms.ip3.scheme import through_pores
from mechanisms.law import rate_law
from mechanisms.mechanism import Mechanism, State, number, parameter, port
from mechanisms.places import Compartment, Membrane, Parameter, Quantity
from mechanisms.reaction import Reaction

TABLE = "Sneyd & Dufour 2002, as in BioModels 57 (original not opened)"


@rate_law(ca="uM", k1="1/uM/s", l1="uM", l2="1/s", l3="uM", returns="1/s")
def phi1(ca, k1, l1, l2, l3):  # type: ignore[no-untyped-def]
    """(k1 L1 + l2) c / (L1 + c (1 + L1 / L3)), R -> I1."""
    return (k1 * l1 + l2) * ca / (l1 + ca * (1 + l1 / l3))


@rate_law(ca="uM", ip3="uM", k2="1/uM/s", l1="uM", l3="uM", l4="1/uM/s", returns="1/s")
def phi2(ca, ip3, k2, l1, l3, l4):  # type: ignore[no-untyped-def]
    """p (k2 L3 + l4 c) / (L3 + c (1 + L3 / L1)), R -> O."""
    return ip3 * (k2 * l3 + l4 * ca) / (l3 + ca * (1 + l3 / l1))


@rate_law(ca="uM", k2_back="1/s", l4_back="1/uM/s", l5="uM", returns="1/s")
def phi2_back(ca, k2_back, l4_back, l5):  # type: ignore[no-untyped-def]
    """(k-2 + l-4 c) / (1 + c / L5), O -> R."""
    return (k2_back + l4_back * ca) / (1 + ca / l5)


@rate_law(ca="uM", k3="1/s", l5="uM", returns="1/s")
def phi3(ca, k3, l5):  # type: ignore[no-untyped-def]
    """k3 L5 / (L5 + c), O -> S."""
    return k3 * l5 / (l5 + ca)


@rate_law(ca="uM", k4="1/uM/s", l5="uM", l6="1/s", returns="1/s")
def phi4(ca, k4, l5, l6):  # type: ignore[no-untyped-def]
    """(k4 L5 + l6) c / (L5 + c), O -> A."""
    return (k4 * l5 + l6) * ca / (l5 + ca)


@rate_law(ca="uM", k4_back="1/s", l1="uM", l6_back="1/s", returns="1/s")
def phi4_back(ca, k4_back, l1, l6_back):  # type: ignore[no-untyped-def]
    """L1 (k-4 + l-6) / (L1 + c), A -> O."""
    return l1 * (k4_back + l6_back) / (l1 + ca)


@rate_law(ca="uM", k1="1/uM/s", l1="uM", l2="1/s", returns="1/s")
def phi5(ca, k1, l1, l2):  # type: ignore[no-untyped-def]
    """(k1 L1 + l2) c / (L1 + c), A -> I2."""
    return (k1 * l1 + l2) * ca / (l1 + ca)


@rate_law(k1_back="1/s", l2_back="1/s", returns="1/s")
def release_of_calcium(k1_back, l2_back):  # type: ignore[no-untyped-def]
    """k-1 + l-2, I1 -> R and I2 -> A."""
    return k1_back + l2_back


@rate_law(channels="1", o="1", a="1", returns="1")
def expected_open(channels, o, a):  # type: ignore[no-untyped-def]
    """N (0.1 O + 0.9 A)^4, for the shares O and A of all 4 N subunits."""
    return channels * ((0.1 * o + 0.9 * a) / (4 * channels)) ** 4


class SneydDufour(Mechanism):
    """Channels of four subunits in one pool.  Sneyd & Dufour 2002."""

    cytosol: Compartment = port()
    er: Compartment = port()
    membrane: Membrane = port()
    channels: int = number(5, source="the IP3 receptor example of STEPS")
    permeability: Parameter = parameter(
        6.0 * 0.185 * 0.16572 / 5, "fL/s", source="assumed: that of DeYoungKeizer, so that schemes can be compared"
    )
    k1: Parameter = parameter(0.64, "1/uM/s", source=TABLE)
    k1_back: Parameter = parameter(0.04, "1/s", source=TABLE)
    k2: Parameter = parameter(37.4, "1/uM/s", source=TABLE)
    k2_back: Parameter = parameter(1.4, "1/s", source=TABLE)
    k3: Parameter = parameter(0.11, "1/s", source=TABLE)
    k3_back: Parameter = parameter(29.8, "1/s", source=TABLE)
    k4: Parameter = parameter(4.0, "1/uM/s", source=TABLE)
    k4_back: Parameter = parameter(0.54, "1/s", source=TABLE)
    l2: Parameter = parameter(1.7, "1/s", source=TABLE)
    l2_back: Parameter = parameter(0.8, "1/s", source=TABLE)
    l4: Parameter = parameter(1.7, "1/uM/s", source=TABLE)
    l4_back: Parameter = parameter(2.5, "1/uM/s", source=TABLE)
    l6: Parameter = parameter(4707.0, "1/s", source=TABLE)
    l6_back: Parameter = parameter(11.4, "1/s", source=TABLE)
    l1: Parameter = parameter(0.12, "uM", source=TABLE)
    l3: Parameter = parameter(0.025, "uM", source=TABLE)
    l5: Parameter = parameter(54.7, "uM", source=TABLE)

    def species(self) -> Iterator[State]:
        for state in ("R", "O", "I1", "S", "A", "I2"):
            yield State(state, "membrane", count=4 * self.channels if state == "R" else 0)

    def quantities(self) -> Iterator[Quantity]:
        yield Quantity("open", expected_open, {"channels": self.channels, "o": "O", "a": "A"})

    def reactions(self) -> Iterator[Reaction]:
        at = {"ca": "Ca.cytosol"}
        yield Reaction("R <-> O", k=phi2, k_back=phi2_back, bindings={**at, "ip3": "IP3.cytosol"})
        yield Reaction("R <-> I1", k=phi1, k_back=release_of_calcium, bindings=at)
        yield Reaction("O <-> A", k=phi4, k_back=phi4_back, bindings=at)
        yield Reaction("O <-> S", k=phi3, k_back="k3_back", bindings=at)
        yield Reaction("A <-> I2", k=phi5, k_back=release_of_calcium, bindings=at)
        yield from through_pores("open")
