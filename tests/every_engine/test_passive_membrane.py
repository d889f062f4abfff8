"""One passive membrane in every engine: V at rest, its thermal noise sqrt(k T / C), and how it relaxes.

Truths: d<V>/dt = -g (<V> - E) / C, which closes for an ohmic leak; var V = k T / C (1 - exp(-2 t / tau)), whatever the
leak; and, on the lattice of whole charges, the stationary law of a walk whose steps obey detailed balance.

Seeds are fixed, so a test passes always or never; its false-alarm probability is that of another seed. "Seen to fail"
names the faults that were put into a copy of the project, one at a time, and made the test fail.
"""

import math
from typing import Any

import numpy as np
import pytest

import microdomain as md
from mechanisms.models.passive_membrane import ohmic_affinity
from mechanisms.units import ELEMENTARY_CHARGE
from tests.every_engine.readings import ENGINES, Moments, moments
from tests.membranes import (
    K_INSIDE,
    K_OUTSIDE,
    KT_OVER_E,
    MV_PF_PER_CHARGE,
    REVERSAL,
    efflux_affinity,
    goldman,
    ohmic,
    ohmic_to_nernst,
    patch,
    thermal_variance,
    with_leak,
)
from tests.reference import chi_square

G, PERMEABILITY = 1.0, 0.3
"""nS, and um/s through 10 um^2, of both leaks together."""
GOLDMAN = 602.214076 * 10 * PERMEABILITY * K_INSIDE * (-REVERSAL / KT_OVER_E) / math.expm1(-REVERSAL / KT_OVER_E)
"""One-way flux of such a permeability at the reversal potential, in ions per second."""
LEAKS: dict[str, tuple[Any, ...]] = {
    "ohmic": (ohmic, ohmic_affinity, {"g": G / 2, "e": REVERSAL}, 1e-3 / G),
    "to the Nernst potential": (ohmic_to_nernst, efflux_affinity, {"g": G / 2}, 1e-3 / G),
    "goldman": (goldman, efflux_affinity, {"p": PERMEABILITY / 2}, KT_OVER_E / (GOLDMAN * ELEMENTARY_CHARGE * 1e15)),
}
"""Law, affinity, arguments, and seconds of time constant per pF."""
SMALL, LARGE = 0.002, 0.05
"""pF: voltages 0.08 mV apart, of which 18 are a standard deviation; and 25 times as many charges, enough to leap."""
START = 3.0
"""mV above the reversal potential."""
ENGINE: dict[str, tuple[Any, ...]] = {
    "ode": (SMALL, 1, 0.0, 1e-4, 0.0),
    "hybrid: flow": (SMALL, 1, 0.0, 1e-4, 0.0),
    "gillespie": (SMALL, 1500, 1.0, 0.0, 0.003),
    "hybrid: jump": (SMALL, 150, 1.0, 0.0, 0.003),
    "tau-leaping": (LARGE, 2000, 1.0, 0.01, 0.03),
    "langevin": (SMALL, 5000, 1.0, 0.01, 0.015),
    "hybrid: leap": (LARGE, 2000, 1.0, 0.01, 0.015),
    "hybrid: diffusion": (LARGE, 2000, 1.0, 0.01, 0.015),
    "hybrid: jump or leap": (LARGE, 2000, 1.0, 0.01, 0.015),
    "hybrid: jump or diffusion": (LARGE, 2000, 1.0, 0.01, 0.015),
    "jump and diffusion": (SMALL, 200, 1.0, 0.01, 0.015),
    "leap and flow": (LARGE, 2000, 0.5, 0.01, 0.015),
    "linear noise": (SMALL, 1, 1.0, 1e-4, 1e-3),
    "master equation": (SMALL, 1, 1.0, 1e-4, 1e-3),
}
"""pF, trajectories, the part of k T / C that is left, and the bias allowed of the mean (mV) and of the variance."""
MIXED = {
    "jump and diffusion": md.Hybrid({"one": "jump", "other": "diffusion"}),
    "leap and flow": md.Hybrid({"one": "leap", "other": "flow"}),
}
"""Half of the leak in each reading; what flows makes no noise, so half of k T / C is left beside it."""
READINGS = ENGINES | MIXED


def passive(leak: str, capacitance: float, start: float = START, **split: str) -> md.Model:
    """A patch whose two halves of one leak may be read in two ways."""
    law, affinity, arguments, _ = LEAKS[leak]
    model = patch(voltage=REVERSAL + start, capacitance=capacitance)
    for name in ("one", "other"):
        with_leak(model, law, affinity, name=name, **arguments, **split)
    return model


@pytest.mark.parametrize("leak", ["ohmic", "goldman"])
@pytest.mark.parametrize("engine", ENGINE)
def test_the_voltage_relaxes_to_rest_and_to_the_variance_of_heat(engine: str, leak: str) -> None:
    """From 3 mV above, after half a time constant and after six: E + 3 exp(-t / tau), k T / C (1 - exp(-2 t / tau)).

    A Goldman leak bends the mean by less than 0.04 mV, and has 0.5 % more variance on its way. What an engine may be
    off is in ``ENGINE``: jumps are exact, up to the lattice (0.3 % of the variance). False alarm: 4 comparisons of 7e-6
    for each. Seen to fail: a split by sign; half of the capacitance in V = V0 + e Q / C; noise scaled by 1.1 (Langevin,
    diffusion, linear noise); rates of leaps scaled by 1.1; the second half of a leap a fifth too short; one direction
    without noise (Langevin).
    """
    capacitance, trajectories, left, bias_of_mean, bias = ENGINE[engine]
    tau = LEAKS[leak][3] * capacitance
    times = tau * np.array([0.0, 0.5, 6.0])
    found = moments(READINGS[engine], passive(leak, capacitance), times, "plasma.voltage", trajectories)
    curved, more = (0.04, 0.006) if leak == "goldman" else (0.0, 0.0)
    variance = left * thermal_variance(capacitance) * (1 - np.exp(-2 * times / tau))
    found.agree(REVERSAL + START * np.exp(-times / tau), variance, bias_of_mean + curved, (bias + more) * variance)


def walk(leak: str, charges: np.ndarray) -> np.ndarray:
    """P(Q) at equilibrium of the walk on the lattice of charges, from Ussing's and Goldman's one-way fluxes."""
    u = (charges * MV_PF_PER_CHARGE / SMALL) / KT_OVER_E
    if leak == "goldman":
        full = u + REVERSAL / KT_OVER_E
        out, back = K_INSIDE * full / -np.expm1(-full), K_OUTSIDE * full / np.expm1(full)
    else:
        safe = np.where(u == 0, 1.0, u)
        out, back = np.where(u == 0, 1.0, safe / -np.expm1(-safe)), np.where(u == 0, 1.0, safe / np.expm1(safe))
    logs = np.concatenate([[0.0], np.cumsum(np.log(back[:-1] / out[1:]))])
    p = np.exp(logs - logs.max())
    return p / p.sum()


CHARGES = np.arange(-150, 151)


@pytest.mark.parametrize("leak", LEAKS)
def test_whole_charges_walk_with_detailed_balance(leak: str) -> None:
    """Gillespie's charges after four time constants, and the master equation's, have the law of the walk.

    Chi-square of 2000 trajectories: false alarm 1e-5 for each leak; the master equation is within its 1e-6. Seen to
    fail: a split by sign; half of the capacitance.
    """
    model = passive(leak, SMALL, start=0.0)
    exact = walk(leak, CHARGES)
    data = md.simulate(model, [0.0, 4 * LEAKS[leak][3] * SMALL], engine="gillespie", trajectories=2000, seed=1)
    charges = data.counts.sel(species="charge.plasma").values[:, 1]
    assert chi_square(charges + 150, exact) > 1e-5
    voltage = data.quantity.sel(quantities="plasma.voltage").values[:, 1]
    assert voltage == pytest.approx(REVERSAL + charges * MV_PF_PER_CHARGE / SMALL, rel=1e-12)
    found = md.marginal(md.stationary_distribution(model), "charge.plasma").reindex(count=CHARGES, fill_value=0.0)
    assert np.abs(found.values - exact).sum() < 1e-6


@pytest.mark.parametrize("engine", ["gillespie", "tau-leaping", "langevin", "hybrid: leap", "hybrid: diffusion"])
def test_a_split_by_sign_has_almost_no_noise(engine: str) -> None:
    """What the tests above must not let pass: from rest, a tenth of the variance of heat or less."""
    capacitance, *_ = ENGINE[engine]
    tau = LEAKS["ohmic"][3] * capacitance
    model = passive("ohmic", capacitance, start=0.0, split="sign")
    found: Moments = moments(READINGS[engine], model, [0.0, 4 * tau], "plasma.voltage", 100)
    assert found.variance[1] < thermal_variance(capacitance) / 10


def test_a_split_by_sign_has_no_linear_noise() -> None:
    noise = md.stationary_noise(passive("ohmic", SMALL, split="sign")).sel(quantities="plasma.voltage")
    assert noise.variance_quantity < 1e-6 * thermal_variance(SMALL)
