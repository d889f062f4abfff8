"""One cluster of park-drive IP3 receptors in every engine that can run it: channels that jump beside gates that flow.

Truths: a channel whose calcium is held is a chain of six states whose rates follow its gates, solved here by
Runge-Kutta from the published numbers; at the end of a branch of states there is detailed balance, whatever calcium
does; for ten channels that share their calcium, a simulation in plain numpy, and the numbers of another program.

Seeds are fixed, so a test passes always or never; its false-alarm probability is that of another seed. "Seen to fail"
names the faults that were put into a copy of the project, one at a time, and made the test fail.

Siekmann et al. 2012, Biophys J 103, 658-668; Cao et al. 2013, Biophys J 105, 1133-1142.
"""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import microdomain as md
from tests.every_engine.plain_cluster import INSIDE, STATES, PlainCluster, gates, switching
from tests.every_engine.readings import ENGINES, SIGMAS, Moments, moments

FLOWING = {"cytosol": "flow"}
DRIVE = ("C1", "C2", "C3", "O6")


# -- one channel at held calcium -------------------------------------------------------------------------------------

BEFORE, AFTER, AT = 0.1, 0.85, 0.05
"""Calcium in uM, and the time in s at which it steps up; IP3 is 1 uM."""
TIMES = np.array([0.0, 0.05, 0.07, 0.12])


def held(ip3: float, calcium: Any) -> md.Model:
    """One channel, open or not at the same calcium, which is given."""
    model = md.Model("held")
    cytosol = model.compartment("cytosol", 1.0)
    model.input("calcium", calcium, "uM")
    model.species("Ca", cytosol, valence=2, clamped="calcium")
    model.species("IP3", cytosol, ip3, clamped=True)
    membrane = model.membrane("er_membrane", 1.0, outside=cytosol)
    channel = md.mechanisms.ParkDrive(channels=1, local=0.0, flux=0.0)
    model.add(channel, name="IP3R", cytosol=cytosol, membrane=membrane)
    return model


def generator(g: np.ndarray, ip3: float) -> np.ndarray:
    """Rates (from, to) between the six states of a channel with these gates (m24, h24, m42, h42)."""
    q = INSIDE.copy()
    c2, c4 = STATES.index("C2"), STATES.index("C4")
    q[c2, c4], q[c4, c2] = switching(g, ip3)
    return q - np.diag(q.sum(axis=1))


def occupancy(times: np.ndarray, ip3: float = 1.0, steps_per_s: int = 100_000) -> np.ndarray:
    """P(state) at ``times`` (time, state), for the calcium of above."""
    p, g = np.eye(6)[STATES.index("C4")], np.array([0.0, 1.0, 0.0, 1.0])
    found = [p]
    for start, end in pairwise(times):
        rest, rate = gates(BEFORE if end <= AT else AFTER, ip3)
        steps = round((end - start) * steps_per_s)
        h = (end - start) / steps
        for _ in range(steps):
            at = [generator(rest + (g - rest) * np.exp(-rate * s), ip3) for s in (0.0, h / 2, h)]
            k1 = p @ at[0]
            k2 = (p + h / 2 * k1) @ at[1]
            k3 = (p + h / 2 * k2) @ at[1]
            k4 = (p + h * k3) @ at[2]
            p = p + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
            g = rest + (g - rest) * np.exp(-rate * h)
        found.append(p)
    return np.array(found)


@pytest.fixture(scope="module")
def opened() -> np.ndarray:
    """P(open) at ``TIMES``."""
    return occupancy(TIMES)[:, [STATES.index("O5"), STATES.index("O6")]].sum(axis=1)


RUN = {"ode": 1e-5, "hybrid: flow": 1e-4, "linear noise": 1e-5, "gillespie": 0.0, "hybrid: jump": 0.0}
"""The bias that is allowed of P(open)."""


@pytest.mark.parametrize("engine", RUN)
def test_a_channel_follows_its_gates_after_a_step_of_calcium(engine: str, opened: np.ndarray) -> None:
    """Mean P(open) and variance P (1 - P); rates are linear in the state, so mean field and linear noise are exact.

    1000 channels that jump. False alarm: 6 comparisons of 7e-6 for each. Seen to fail: rates of switching that are held
    since the last jump; linear noise scaled by 1.1.
    """
    flows = engine in ("ode", "hybrid: flow")
    model = held(1.0, md.step(AT, BEFORE, AFTER))
    found = moments(ENGINES[engine], model, TIMES, "IP3R.open", 1 if flows else 1000)
    found.agree(opened, 0.0 if flows else opened * (1 - opened), RUN[engine], RUN[engine])


@pytest.mark.parametrize(
    ("ip3", "calcium", "po"),
    [(0.1, 0.447, 0.0309), (0.2, 0.447, 0.0320), (0.5, 1.023, 0.0846), (1, 0.851, 0.378), (2, 1.288, 0.696)],
)
def test_the_highest_open_probabilities(ip3: float, calcium: float, po: float) -> None:
    """At rest, as another program has them, to the digits that it gave."""
    model = held(ip3, md.constant(calcium))
    found = md.simulate(model, [0.0, 200.0], engine="ode").quantity.sel(quantities="IP3R.open").values[0, 1]
    assert found == pytest.approx(po, rel=2e-3)


# -- ten channels in one domain --------------------------------------------------------------------------------------


def triggered() -> md.Model:
    """The puff site with all channels in the drive mode at first and no dye: 0.02 fL, so that all ions may jump too."""
    start = {f"IP3R.{state}_{i}": float(state == "C2") for state in ("C2", "C4") for i in range(10)}
    return md.models.puff_site(volume=0.02).changed(initial=start | {"dye": 0.0, "CaDye": 0.0})


@pytest.fixture(scope="module")
def plain() -> dict[str, Moments]:
    """Calcium in uM, driving channels, and their mean h42 at 10 and 20 ms, of 2000 clusters in plain numpy."""
    cluster = PlainCluster(np.random.default_rng(1), clusters=2000)
    found: dict[str, list[Any]] = {"calcium": [], "driving": [], "memory": []}
    for _ in range(2):
        cluster.run(0.01)
        for name, values in found.items():
            values.append(getattr(cluster, name))
    return {name: Moments.of(np.array(values).T) for name, values in found.items()}


CLUSTER = {
    "hybrid: calcium flows": (FLOWING, 100),
    "hybrid: calcium flows, rtol 1e-5": (md.Hybrid(FLOWING, rtol=1e-5, atol=1e-5), 50),
    "hybrid: calcium diffuses": ({"cytosol": "diffusion"}, 100),
    "hybrid: calcium leaps": ({"cytosol": "leap"}, 100),
    "gillespie": (md.Gillespie(), 30),
}


@pytest.mark.parametrize("engine", CLUSTER)
def test_a_puff_runs_alike_in_every_reading(engine: str, plain: dict[str, Moments]) -> None:
    """Calcium, driving channels and slow gates 10 and 20 ms after all ten began to drive, within the errors of both.

    With 12 ions per uM means are off by less than 2 %. Whoever went from C2 to O6 comes back, so that open and shut
    times are as q26 to q62. False alarm: 7 comparisons of 7e-6 for each. Seen to fail: gates that never see that their
    channel is open; a release that does not follow the channels.
    """
    reading, n = CLUSTER[engine]
    times = np.linspace(0.0, 0.02, 41)
    data = md.simulate(triggered(), times, engine=reading, trajectories=n, seed=1, workers=1)

    def of(*states: str) -> Any:
        names = [f"IP3R.{state}_{i}" for state in states for i in range(10)]
        return data.counts.sel(species=names).values.sum(axis=-1)

    samples = {
        "calcium": data.concentration.sel(species="Ca.cytosol").values,
        "driving": of(*DRIVE),
        "memory": data.quantity.sel(quantities=[f"IP3R.h42_{i}" for i in range(10)]).values.mean(axis=-1),
    }
    for name, sample in samples.items():
        found, exact = Moments.of(sample[:, [20, 40]]), plain[name]
        errors = np.hypot(found.error_of_mean, exact.error_of_mean)
        assert (np.abs(found.mean - exact.mean) < SIGMAS * errors + 0.02 * exact.mean).all(), name
    c2, o6 = of("C2")[:, 2:].sum(), of("O6")[:, 2:].sum()
    share = 10500 / (10500 + 4010)
    assert abs(o6 - share * (c2 + o6)) < SIGMAS * np.sqrt(share * (1 - share) * (c2 + o6))


def test_both_tolerances_give_one_path() -> None:
    """The same jumps from the same seed, and calcium to the looser tolerance."""
    loose, tight = (
        md.simulate(triggered(), [0.0, 0.005, 0.01], engine=md.Hybrid(FLOWING, rtol=rtol, atol=rtol), seed=3)
        for rtol in (1e-3, 1e-6)
    )
    assert loose.events.values == tight.events.values
    assert loose.counts.values == pytest.approx(tight.counts.values, rel=2e-3, abs=2e-3)


def test_puffs_are_those_of_another_program() -> None:
    """60 s at 0.1 uM IP3 beside that program's ranges (several runs of 400 s): open probability and mean slow gate.

    Standard errors are from 12 parts of 5 s. The shares of open states in each mode are exact, q26 / (q26 + q62 (1 +
    q21/q12 + q23/q32)) and q45 / (q45 + q54), of channels looked at every 5 ms, which is long to them. False alarm: t
    of 11 degrees of freedom beyond 7.5, 1e-5, for each of two, and 7e-6 for each of two. Seen to fail: a release that
    does not follow the channels.
    """
    times = np.linspace(0.0, 70.0, 14_001)
    data = md.simulate(md.models.puff_site(ip3=0.1), times, engine=FLOWING, seed=7).isel(time=slice(2000, 14_000))

    def of(*states: str) -> Any:
        names = [f"IP3R.{state}_{i}" for state in states for i in range(10)]
        return data.counts.sel(species=names).values[0].sum(axis=-1)

    slow = data.quantity.sel(quantities=[f"IP3R.h42_{i}" for i in range(10)]).values[0].mean(axis=-1)
    for values, low, high in ((of("O5", "O6") / 10, 0.0099, 0.0109), (slow, 0.31, 0.33)):
        parts = values.reshape(12, -1).mean(axis=1)
        error = 7.5 * parts.std(ddof=1) / np.sqrt(12)
        assert low - error < parts.mean() < high + error
    for opened, mode, share in (
        ("O6", DRIVE, 1 / (1 + 4010 / 10500 * (1 + 88 / 1240 + 3 / 69))),
        ("O5", ("C4", "O5"), 11 / (11 + 3330)),
    ):
        many = of(*mode).sum()
        assert abs(of(opened).sum() - share * many) < SIGMAS * np.sqrt(share * (1 - share) * many)


def test_what_has_no_states_to_count_refuses_by_name() -> None:
    with pytest.raises(md.RequestError, match=r"variable 'IP3R.m24_0'.*engine='gillespie'"):
        md.master_equation(md.models.puff_site(), 1.0)
