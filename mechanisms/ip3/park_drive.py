"""The inositol trisphosphate receptor of Siekmann and Cao: it parks or drives, and has gates that remember.

A channel rests in the park mode {C4, O5}, nearly closed, or is active in the drive mode {C1, C2, C3, O6}, open 70 % of
the time; only C2 <-> C4 joins the modes. Calcium acts on these two rates alone, by four gates of each channel, which
follow the calcium at its pore: that of the cluster, and ``local`` more while the channel is open. The slow gate h42
remembers an opening for seconds, which sets the interval between puffs.

The gates are continuous variables, each channel is a chain of jumps: a piecewise deterministic process.

Within a mode the states follow each other in milliseconds or less, so that the two modes alone, each with the share of
time that a channel is open in it, make nearly the same puffs at a fraction of the cost (``TwoModes``). The published
reduction has the park mode closed, where a channel is open 0.3 % of its time: that is enough to halve the rate of
puffs.
"""

from collections.abc import Iterator
from typing import ClassVar

from mechanisms.law import RateLaw, rate_law
from mechanisms.maths import where
from mechanisms.mechanism import Mechanism, State, number, parameter, port
from mechanisms.places import Compartment, Membrane, Parameter, Quantity, Variable
from mechanisms.reaction import Reaction

TABLE = (
    "Hawker et al., their published code, after Siekmann et al. 2012 and Cao et al. 2013 (original tables not opened)"
)
INSIDE_MODES = (
    ("C1", "C2", "q12", "q21"),
    ("C2", "C3", "q23", "q32"),
    ("C2", "O6", "q26", "q62"),
    ("C4", "O5", "q45", "q54"),
)
OF_IP3 = {
    "v24": ("1/s", 313.0, -253.0, 1.2, 3), "k24": ("nM", 549.0, -70.0, 1.2, 2), "n24": ("1", 6.3, 1.72, 1.2, 2),
    "kn24": ("nM", 97118.0, -17368.0, 1.2, 2), "nn24": ("1", 0.0, 8.2, 1.5, 2), "a24": ("1/s", 31.0, -30.0, 0.5, 2),
    "k42": ("nM", 398.0, 257.0, 3.6, 4), "n42": ("1", 11.2, -5.3, 1.2, 2), "kn42": ("nM", 170.0, 70000.0, 6.5, 3),
    "nn42": ("1", 3.2, 4.88, 1.3, 2), "a42": ("1/s", 0.0, 1.8, 0.58, 2),
}  # fmt: skip
"""Fits to IP3: unit, base and span in it, half point in uM, exponent, of base + span I^n / (I^n + K^n). From TABLE."""


def of_ip3(unit: str) -> RateLaw:
    """A quantity in ``unit`` that rises, or falls, with IP3 as a Hill function."""

    @rate_law(ip3="uM", base=unit, span=unit, half="uM", power="1", returns=unit)
    def fitted(ip3, base, span, half, power):  # type: ignore[no-untyped-def]
        """base + span I^n / (I^n + K^n)"""
        return base + span / (1 + (half / ip3) ** power)

    return fitted


@rate_law(ca="uM", local="uM", k="uM", n="1", returns="1")
def activation(ca, local, k, n):  # type: ignore[no-untyped-def]
    """c^n / (c^n + k^n) at c = ca + local: the steady state of a gate that calcium opens."""
    return 1 / (1 + (k / (ca + local)) ** n)


@rate_law(ca="uM", local="uM", k="uM", n="1", returns="1")
def inactivation(ca, local, k, n):  # type: ignore[no-untyped-def]
    """k^n / (c^n + k^n) at c = ca + local: the steady state of a gate that calcium closes."""
    return 1 / (1 + ((ca + local) / k) ** n)


@rate_law(ca="uM", local="uM", slow="1/s", fast="1/s", k="uM", n="1", returns="1/s")
def memory_rate(ca, local, slow, fast, k, n):  # type: ignore[no-untyped-def]
    """slow + fast c^n / (c^n + k^n) at c = ca + local: how fast h42 follows; it forgets slowly at rest."""
    return slow + fast / (1 + (k / (ca + local)) ** n)


@rate_law(gate="1", o5="1", o6="1", closed="1", opened="1", rate="1/s", returns="1/s")
def following(gate, o5, o6, closed, opened, rate):  # type: ignore[no-untyped-def]
    """lambda (g_inf - g), with g_inf at the calcium that the pore sees, open or closed."""
    return rate * (where(o5 + o6 > 0, opened, closed) - gate)


@rate_law(gate="1", o5="1", o6="1", closed="1", opened="1", slow="1/s", fast="1/s", returns="1/s")
def remembering(gate, o5, o6, closed, opened, slow, fast):  # type: ignore[no-untyped-def]
    """The same with a rate that depends on the calcium at the pore too."""
    return where(o5 + o6 > 0, fast * (opened - gate), slow * (closed - gate))


@rate_law(gate="1", driving="1", closed="1", opened="1", rate="1/s", in_drive="1", in_park="1", returns="1/s")
def following_modes(gate, driving, closed, opened, rate, in_drive, in_park):  # type: ignore[no-untyped-def]
    """lambda (x g_open + (1 - x) g_closed - g), for the share x of time that a channel is open in its mode."""
    x = in_park + driving * (in_drive - in_park)
    return rate * (closed + x * (opened - closed) - gate)


@rate_law(
    gate="1", driving="1", closed="1", opened="1", slow="1/s", fast="1/s", in_drive="1", in_park="1", returns="1/s"
)
def remembering_modes(gate, driving, closed, opened, slow, fast, in_drive, in_park):  # type: ignore[no-untyped-def]
    """The same with a rate that depends on the calcium at the pore too."""
    x = in_park + driving * (in_drive - in_park)
    return x * fast * (opened - gate) + (1 - x) * slow * (closed - gate)


@rate_law(channels="1", a="1/s", v="1/s", m="1", h="1", returns="1/s")
def parking(channels, a, v, m, h):  # type: ignore[no-untyped-def]
    """a24 + V24 (1 - m24 h24), C2 -> C4."""
    return channels * (a + v * (1 - m * h))


@rate_law(channels="1", a="1/s", v="1/s", m="1", h="1", returns="1/s")
def driving(channels, a, v, m, h):  # type: ignore[no-untyped-def]
    """a42 + V42 m42 h42, C4 -> C2."""
    return channels * (a + v * m * h)


@rate_law(channels="1", flux="uM/s", returns="uM/s")
def release(channels, flux):  # type: ignore[no-untyped-def]
    """Calcium that open channels release into the cluster's cytosol."""
    return channels * flux


@rate_law(channels="1", a="1/s", v="1/s", m="1", h="1", q26="1/s", q62="1/s", returns="1/s")
def parking_from_drive(channels, a, v, m, h, q26, q62):  # type: ignore[no-untyped-def]
    """(a24 + V24 (1 - m24 h24)) q62 / (q26 + q62): from C2 alone, where a driving channel is so much of its time."""
    return channels * (a + v * (1 - m * h)) * q62 / (q26 + q62)


@rate_law(driving="1", all="1", flux="uM/s", in_drive="1", in_park="1", returns="uM/s")
def release_of_modes(driving, all, flux, in_drive, in_park):  # type: ignore[no-untyped-def]
    """Calcium that channels release while they are open, in the drive mode and in the park mode."""
    return (all * in_park + driving * (in_drive - in_park)) * flux


@rate_law(there="1/s", back="1/s", returns="1")
def share_of(there, back):  # type: ignore[no-untyped-def]
    """there / (there + back): the share of time in the second of two states."""
    return there / (there + back)


def total(names: list[str]) -> RateLaw:
    """The sum of counts."""
    return RateLaw(lambda *counts: sum(counts), tuple((name, "1") for name in names), "1")


class Gates(Mechanism):
    """A cluster of channels, each with four gates of its own, that releases calcium into the cytosol.

    Siekmann et al. 2012; Cao et al. 2013. Gates start where they are at low calcium: m 0 and h 1.
    """

    cytosol: Compartment = port()
    membrane: Membrane = port()
    channels: int = number(10, source="Cao et al. 2013, as in the published code of Hawker et al.")
    flux: Parameter = parameter(200.0, "uM/s", source=TABLE)
    local: Parameter = parameter(120.0, "uM", source=TABLE)
    q26: Parameter = parameter(10500.0, "1/s", source=TABLE)
    q62: Parameter = parameter(4010.0, "1/s", source=TABLE)
    q45: Parameter = parameter(11.0, "1/s", source=TABLE)
    q54: Parameter = parameter(3330.0, "1/s", source=TABLE)
    v42: Parameter = parameter(100.0, "1/s", source=TABLE)
    lambda_m24: Parameter = parameter(100.0, "1/s", source=TABLE)
    lambda_h24: Parameter = parameter(40.0, "1/s", source=TABLE)
    lambda_m42: Parameter = parameter(100.0, "1/s", source=TABLE)
    slow_h42: Parameter = parameter(0.5, "1/s", source=TABLE)
    fast_h42: Parameter = parameter(100.0, "1/s", source=TABLE)
    k_h42: Parameter = parameter(20.0, "uM", source=TABLE)
    n_h42: Parameter = parameter(7.0, "1", source=TABLE)

    states: ClassVar[tuple[str, ...]]
    start: ClassVar[str]
    conducting: ClassVar[tuple[str, ...]]
    driving: ClassVar[tuple[str, ...]]
    """The states of the drive mode: a channel in them is active, open or not."""
    following: ClassVar[RateLaw]
    remembering: ClassVar[RateLaw]

    def species(self) -> Iterator[State]:
        for i in range(self.channels):
            for state in self.states:
                yield State(f"{state}_{i}", "membrane", count=1 if state == self.start else 0)

    def quantities(self) -> Iterator[Quantity]:
        for name, (unit, base, span, half, power) in OF_IP3.items():
            values = {"base": base, "span": span, "half": half, "power": power}
            yield Quantity(name, of_ip3(unit), {"ip3": "IP3.cytosol", **values})
        for when, local in (("closed", 0.0), ("open", "local")):
            at_pore = {"ca": "Ca.cytosol", "local": local}
            for pair in ("24", "42"):
                yield Quantity(f"m{pair}_{when}", activation, {**at_pore, "k": f"k{pair}", "n": f"n{pair}"})
                yield Quantity(f"h{pair}_{when}", inactivation, {**at_pore, "k": f"kn{pair}", "n": f"nn{pair}"})
            memory = {"slow": "slow_h42", "fast": "fast_h42", "k": "k_h42", "n": "n_h42"}
            yield Quantity(f"lambda_h42_{when}", memory_rate, {**at_pore, **memory})
        opened = [f"{state}_{i}" for i in range(self.channels) for state in self.conducting]
        yield Quantity("open", total(opened))
        yield Quantity("active", total([f"{state}_{i}" for i in range(self.channels) for state in self.driving]))

    def variables(self) -> Iterator[Variable]:
        for i in range(self.channels):
            for gate in ("m24", "h24", "m42", "h42"):
                bindings = {"gate": f"{gate}_{i}", "closed": f"{gate}_closed", "opened": f"{gate}_open", **self.at(i)}
                law = self.following
                if gate == "h42":
                    law, bindings["slow"], bindings["fast"] = self.remembering, "lambda_h42_closed", "lambda_h42_open"
                else:
                    bindings["rate"] = f"lambda_{gate}"
                yield Variable(f"{gate}_{i}", 0.0 if gate[0] == "m" else 1.0, "1", law, bindings)

    def at(self, i: int) -> dict[str, str]:
        """What gates read of the state of channel i."""
        raise NotImplementedError


class ParkDrive(Gates):
    """Channels of six states, which start in C4.  Siekmann et al. 2012; Cao et al. 2013."""

    q12: Parameter = parameter(1240.0, "1/s", source=TABLE)
    q21: Parameter = parameter(88.0, "1/s", source=TABLE)
    q23: Parameter = parameter(3.0, "1/s", source=TABLE)
    q32: Parameter = parameter(69.0, "1/s", source=TABLE)

    states: ClassVar = ("C1", "C2", "C3", "C4", "O5", "O6")
    start: ClassVar = "C4"
    conducting: ClassVar = ("O5", "O6")
    driving: ClassVar = ("C1", "C2", "C3", "O6")
    following: ClassVar = following
    remembering: ClassVar = remembering

    def at(self, i: int) -> dict[str, str]:
        return {"o5": f"O5_{i}", "o6": f"O6_{i}"}

    def reactions(self) -> Iterator[Reaction]:
        for i in range(self.channels):
            for first, second, k, k_back in INSIDE_MODES:
                yield Reaction(f"{first}_{i} <-> {second}_{i}", k=k, k_back=k_back)
            for one, other, law, pair in (("C2", "C4", parking, "24"), ("C4", "C2", driving, "42")):
                gates = {"m": f"m{pair}_{i}", "h": f"h{pair}_{i}", "a": f"a{pair}", "v": f"v{pair}"}
                yield Reaction(f"{one}_{i} -> {other}_{i}", law, bindings={"channels": f"{one}_{i}", **gates})
        yield Reaction("0 -> Ca.cytosol", release, at="cytosol", name="release", bindings={"channels": "open"})


class TwoModes(Gates):
    """Channels that park or drive, and release as much in each mode as is open on average.  After Cao et al. 2013."""

    states: ClassVar = ("park", "drive")
    start: ClassVar = "park"
    conducting: ClassVar = ("drive",)
    driving: ClassVar = ("drive",)
    following: ClassVar = following_modes
    remembering: ClassVar = remembering_modes

    def at(self, i: int) -> dict[str, str]:
        return {"driving": f"drive_{i}", "in_drive": "in_drive", "in_park": "in_park"}

    def quantities(self) -> Iterator[Quantity]:
        yield from Gates.quantities(self)
        yield Quantity("in_drive", share_of, {"there": "q26", "back": "q62"})
        yield Quantity("in_park", share_of, {"there": "q45", "back": "q54"})

    def reactions(self) -> Iterator[Reaction]:
        for i in range(self.channels):
            for one, other, law, pair in (
                ("drive", "park", parking_from_drive, "24"),
                ("park", "drive", driving, "42"),
            ):
                gates = {"m": f"m{pair}_{i}", "h": f"h{pair}_{i}", "a": f"a{pair}", "v": f"v{pair}"}
                yield Reaction(f"{one}_{i} -> {other}_{i}", law, bindings={"channels": f"{one}_{i}", **gates})
        bindings = {"driving": "active", "all": self.channels}
        yield Reaction("0 -> Ca.cytosol", release_of_modes, at="cytosol", name="release", bindings=bindings)
