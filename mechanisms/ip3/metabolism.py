"""IP3 made and broken down in a reduced form: PLC-beta (glutamate), PLC-delta, 3-kinase and 5-phosphatase.

    dp/dt = v_beta g^0.7 / (g^0.7 + Kg^0.7) + v_delta / (1 + p/k_delta) c^2 / (c^2 + K_PLC^2)
            - v_3K c^4 / (c^4 + K_D^4) p / (p + K_3) - r_5P p,
    Kg = K_R (1 + K_p / K_R c / (c + K_pi)),

for IP3 p, calcium c and glutamate g. De Pitta et al. (2009) have a set in which calcium oscillations change their
amplitude with the stimulus, the default here, and one in which they change their frequency (``FM``). First-order losses
of IP3 differ up to 25-fold between published models: production of one does not go with the loss of another.
"""

from collections.abc import Iterator

from mechanisms.law import rate_law
from mechanisms.mechanism import Mechanism, parameter, port
from mechanisms.places import Compartment, Parameter
from mechanisms.reaction import Reaction

TABLE = "De Pitta et al. 2009, as in the code of Manninen et al. (original not opened)"
FM = {"v_beta": 0.5, "v_delta": 0.05, "r_5p": 0.05}
"""What is different where the frequency is modulated, beside the half saturation of SERCA, 0.05 uM (De Pitta 2009)."""


@rate_law(glutamate="uM", ca="uM", v_beta="uM/s", k_r="uM", k_p="uM", k_pi="uM", returns="uM/s")
def plc_beta(glutamate, ca, v_beta, k_r, k_p, k_pi):  # type: ignore[no-untyped-def]
    """v g^0.7 / (g^0.7 + Kg^0.7), Kg = K_R (1 + K_p / K_R c / (c + K_pi)): calcium, by PKC, makes it less sensitive."""
    x = (glutamate / (k_r + k_p * ca / (ca + k_pi))) ** 0.7
    return v_beta * x / (1 + x)


@rate_law(ca="uM", ip3="uM", v_delta="uM/s", k_delta="uM", k_plc="uM", returns="uM/s")
def plc_delta(ca, ip3, v_delta, k_delta, k_plc):  # type: ignore[no-untyped-def]
    """v / (1 + p / k) c^2 / (c^2 + K^2)"""
    return v_delta / (1 + ip3 / k_delta) * ca**2 / (ca**2 + k_plc**2)


@rate_law(ca="uM", ip3="uM", v_3k="uM/s", k_d="uM", k_3="uM", returns="uM/s")
def three_kinase(ca, ip3, v_3k, k_d, k_3):  # type: ignore[no-untyped-def]
    """v c^4 / (c^4 + K_D^4) p / (p + K_3)"""
    return v_3k * ca**4 / (ca**4 + k_d**4) * ip3 / (ip3 + k_3)


class PLCBeta(Mechanism):
    """0 -> IP3(cytosol), by glutamate outside.  De Pitta et al. 2009."""

    cytosol: Compartment = port()
    outside: Compartment = port()
    v_beta: Parameter = parameter(0.2, "uM/s", source=TABLE)
    k_r: Parameter = parameter(1.3, "uM", source=TABLE)
    k_p: Parameter = parameter(10.0, "uM", source=TABLE)
    k_pi: Parameter = parameter(0.6, "uM", source=TABLE)

    def reactions(self) -> Iterator[Reaction]:
        bindings = {"glutamate": "glutamate.outside", "ca": "Ca.cytosol"}
        yield Reaction("0 -> IP3.cytosol", plc_beta, at="cytosol", name="production", bindings=bindings)


class PLCDelta(Mechanism):
    """0 -> IP3(cytosol), by calcium.  De Pitta et al. 2009."""

    cytosol: Compartment = port()
    v_delta: Parameter = parameter(0.02, "uM/s", source=TABLE)
    k_delta: Parameter = parameter(1.5, "uM", source=TABLE)
    k_plc: Parameter = parameter(0.1, "uM", source=TABLE)

    def reactions(self) -> Iterator[Reaction]:
        bindings = {"ca": "Ca.cytosol", "ip3": "IP3.cytosol"}
        yield Reaction("0 -> IP3.cytosol", plc_delta, at="cytosol", name="production", bindings=bindings)


class ThreeKinase(Mechanism):
    """IP3(cytosol) -> 0, by calcium.  De Pitta et al. 2009.

    A published table of a network model has K_D and K_3 in each other's place; these give its simulator's rest.
    """

    cytosol: Compartment = port()
    v_3k: Parameter = parameter(2.0, "uM/s", source=TABLE)
    k_d: Parameter = parameter(0.7, "uM", source=TABLE)
    k_3: Parameter = parameter(1.0, "uM", source=TABLE)

    def reactions(self) -> Iterator[Reaction]:
        bindings = {"ca": "Ca.cytosol", "ip3": "IP3.cytosol"}
        yield Reaction("IP3.cytosol -> 0", three_kinase, name="phosphorylation", bindings=bindings)


class FivePhosphatase(Mechanism):
    """IP3(cytosol) -> 0, of first order.  De Pitta et al. 2009."""

    cytosol: Compartment = port()
    r_5p: Parameter = parameter(0.04, "1/s", source=TABLE)

    def reactions(self) -> Iterator[Reaction]:
        yield Reaction("IP3.cytosol -> 0", k="r_5p", name="dephosphorylation")
