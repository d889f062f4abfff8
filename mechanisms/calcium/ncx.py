"""NCX: the exchanger of three sodium ions for one of calcium, which runs either way.

    I = I0 [(Nai/Nao)^3 exp(eta V/VT) - (Cai/Cao) exp((eta - 1) V/VT)],    VT = kT/e,

positive where calcium comes in. Each cycle moves one net charge, so that it stands still at
c = Cao (Nai/Nao)^3 exp(V/VT), and its affinity says so: the noise of the two directions follows. A published code moves
six sodium ions for each calcium, by counting charge twice; here one event is one cycle.

The form of Luo & Rudy saturates: the same over (1 + (KN/Nao)^3) (1 + KC/Cao) (1 + ksat exp((eta - 1) V/VT)).
"""

from collections.abc import Iterator
from typing import Any

from mechanisms.law import rate_law
from mechanisms.maths import exp, log
from mechanisms.mechanism import Mechanism, parameter, port
from mechanisms.places import Compartment, Membrane, Parameter
from mechanisms.reaction import Reaction
from mechanisms.thermodynamics import thermal_voltage

SIMPLE = "Toman et al., their published code"
SATURATING = "Oschmann et al. 2017, their published parameters, after Luo & Rudy 1994"


def _exchange(na_in: Any, na_out: Any, ca_in: Any, ca_out: Any, v: Any, eta: Any, temperature: Any) -> Any:
    u = v / thermal_voltage(temperature)
    return (na_in / na_out) ** 3 * exp(eta * u) - ca_in / ca_out * exp((eta - 1) * u)


@rate_law(
    na_in="uM", na_out="uM", ca_in="uM", ca_out="uM", v="mV", eta="1", temperature="K", i_max="pA/um^2", area="um^2",
    returns="pA",
)  # fmt: skip
def exchange(na_in, na_out, ca_in, ca_out, v, eta, temperature, i_max, area):  # type: ignore[no-untyped-def]
    """I0 [(Nai/Nao)^3 exp(eta V/VT) - (Cai/Cao) exp((eta - 1) V/VT)] of an area of membrane."""
    return i_max * area * _exchange(na_in, na_out, ca_in, ca_out, v, eta, temperature)


@rate_law(
    na_in="uM", na_out="uM", ca_in="uM", ca_out="uM", v="mV", eta="1", temperature="K", i_max="pA/um^2", area="um^2",
    half_na="uM", half_ca="uM", saturation="1", returns="pA",
)  # fmt: skip
def saturating_exchange(  # type: ignore[no-untyped-def]
    na_in, na_out, ca_in, ca_out, v, eta, temperature, i_max, area, half_na, half_ca, saturation
):
    """The same over (1 + (KN/Nao)^3) (1 + KC/Cao) (1 + ksat exp((eta - 1) V/VT))."""
    outside = (1 + (half_na / na_out) ** 3) * (1 + half_ca / ca_out)
    saturating = 1 + saturation * exp((eta - 1) * v / thermal_voltage(temperature))
    current = _exchange(na_in, na_out, ca_in, ca_out, v, eta, temperature)
    return i_max * area * current / outside / saturating


@rate_law(na_in="uM", na_out="uM", ca_in="uM", ca_out="uM", v="mV", temperature="K", returns="1")
def exchange_affinity(na_in, na_out, ca_in, ca_out, v, temperature):  # type: ignore[no-untyped-def]
    """3 log(Nai/Nao) - log(Cai/Cao) + V/VT: what drives three sodium out and one calcium in."""
    return 3 * log(na_in / na_out) - log(ca_in / ca_out) + v / thermal_voltage(temperature)


class Exchanger(Mechanism):
    """3 Na(cytosol) + Ca(outside) <-> 3 Na(outside) + Ca(cytosol), split by its affinity."""

    cytosol: Compartment = port()
    outside: Compartment = port()
    membrane: Membrane = port()

    def exchanging(self, law: Any) -> Reaction:
        """The one reaction, by a law of the current."""
        bindings = {
            "na_in": "Na.cytosol", "na_out": "Na.outside", "ca_in": "Ca.cytosol", "ca_out": "Ca.outside",
            "v": "membrane.voltage", "area": self.membrane,
        }  # fmt: skip
        equation = "3 Na.cytosol + Ca.outside <-> 3 Na.outside + Ca.cytosol"
        return Reaction(equation, law, affinity=exchange_affinity, at="membrane", name="exchange", bindings=bindings)


class NCX(Exchanger):
    """The exchanger without saturation.  Toman et al.."""

    i_max: Parameter = parameter(1.0, "pA/um^2", source=SIMPLE)
    eta: Parameter = parameter(0.35, "1", source=SIMPLE)

    def reactions(self) -> Iterator[Reaction]:
        yield self.exchanging(exchange)


class SaturatingNCX(Exchanger):
    """The exchanger of Luo & Rudy 1994, as in Oschmann et al. 2017."""

    i_max: Parameter = parameter(1e-4, "pA/um^2", source=SATURATING)
    eta: Parameter = parameter(0.35, "1", source=SATURATING)
    half_na: Parameter = parameter(87500.0, "uM", source=SATURATING)
    half_ca: Parameter = parameter(1380.0, "uM", source=SATURATING)
    saturation: Parameter = parameter(0.1, "1", source=SATURATING)

    def reactions(self) -> Iterator[Reaction]:
        yield self.exchanging(saturating_exchange)
