"""Both kernels, written out and by tables: one law; one path on any grid, event by event; ten million events."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2

import engines.unroll
import microdomain as md
from engines.result import MEANING
from tests.engines.test_gillespie_truth import driven_and_derived
from tests.reference import ONE_PER_UM, closed, rates


def by_tables(monkeypatch) -> None:
    monkeypatch.setattr(engines.unroll, "LARGEST", 0)


def paths(model, times=None, seed=1):
    """Recorded states and the number of events of five trajectories."""
    times = np.linspace(0, 4, 23) if times is None else times
    data = md.simulate(model, times, engine="gillespie", trajectories=5, seed=seed, workers=1)
    return np.concatenate([data.counts.values, data.quantity.values], axis=-1), data.events.values


@md.rate_law(a="1", b="1", rate="1/s", returns="1/s")
def costly(a, b, rate):
    return rate * md.maths.exp(-a / 20) * b**1.5


@md.rate_law(a="1", b="1", returns="1")
def mixed(a, b):
    return md.maths.log(1 + a) + b


def ring(reactions: int, costly_laws: bool) -> md.Model:
    """A ring of conversions, every third one by a law, with births and deaths: a given number of reactions."""
    size = max(reactions - 2, 1)
    model = closed(f"ring_{reactions}", {f"S{i}": 7 + i for i in range(size)})
    for j in range(reactions):
        here, following = f"S{j % size}", f"S{(j + 1) % size}"
        if j == 0:
            model.reaction(f"0 -> {here}", k=6.0)
        elif j == 1:
            model.reaction(f"{here} -> 0", k=0.3)
        elif costly_laws and j % 3 == 0:
            model.reaction(f"{here} -> {following}", costly, a=here, b=following, rate=0.05)
        elif size > 1:
            model.reaction(f"{here} -> {following}", k=0.2 + 0.01 * j)
        else:
            model.reaction(f"2 {here} -> {here}", k=0.01)
    return model


def quantities_and_costly_laws() -> md.Model:
    model = closed(
        "quantities", {"A": 20, "B": 10, "C": 0}, ("A <-> B", 0.5, 0.3), ("2 B -> C", 0.02), ("C -> 2 A", 0.4)
    )
    model.quantity("q", mixed, a="A", b="B")
    model.quantity("r", mixed, a="q", b="C")
    model.input("stim", md.train(0.5, 1.0, 0.4, 3, 3.0, 0.5), "1/s")
    model.reaction("A -> 0", costly, a="r", b="q", rate="stim")
    model.reaction("0 -> A", costly, a="C", b="r", rate=0.4)
    model.reaction("C -> A", k="stim")
    return model


MODELS = {
    "quantities": quantities_and_costly_laws,
    "driven": driven_and_derived,
    "microdomain": lambda: md.models.ip3_microdomain(0.5),
    "unclamped microdomain": lambda: md.models.ip3_microdomain(0.5, clamped=False),
    "large microdomain": lambda: md.models.ip3_microdomain(0.3, clamped=False).scaled(3),
    "extinct": lambda: closed("extinct", {"A": 9}, ("2 A -> 0", 1.0)),
}


def p_value(model: md.Model, end: float, trajectories: int, seed: int, least: float = 10.0) -> float:
    """Whether each reaction fires as often as its rate, read in plain Python along the path, says that it should.

    Of each reaction, the number fired minus the integral of its rate is a martingale whose variance is that integral,
    and those of different reactions are orthogonal: chi-square over the reactions that should fire ``least`` times, and
    the others together.
    """
    network = model.network()
    data = md.simulate(model, [0.0, end], engine="gillespie", trajectories=trajectories, seed=seed, record="events")
    number = {name: j for j, name in enumerate(["start", *network.reactions], -1)}
    fired = np.array([number[name] for name in data.reaction.values])
    states = np.concatenate([data.counts.values, data.quantity.values[:, : len(network.multimers)]], axis=1)
    expected = np.zeros(len(network.reactions))
    for row in range(len(fired)):
        t = data.time.values[row]
        last = row + 1 == len(fired) or fired[row + 1] < 0
        stop = end if last else data.time.values[row + 1]
        for until in [*(edge for edge in network.edges if t < edge < stop), stop]:
            y = network.values(t)
            counted = np.append(~network.clamped, np.ones(len(network.multimers), dtype=bool))
            y[: network.first_quantity][counted] = states[row][counted]
            expected += rates(network, y, counting=True) * (until - t)
            t = until
    counted = np.bincount(fired[fired >= 0], minlength=len(expected))
    many = expected >= least
    pairs = [*zip(counted[many], expected[many], strict=True), (counted[~many].sum(), expected[~many].sum())]
    pairs = [(n, mean) for n, mean in pairs if mean >= least]
    assert not counted[expected == 0].any()
    return float(chi2.sf(sum((n - mean) ** 2 / mean for n, mean in pairs), len(pairs)))


ALARM = 1e-5
"""False-alarm probability of one comparison with the rates."""
ENDS = {"quantities": 60.0, "driven": 60.0, "microdomain": 0.3, "unclamped microdomain": 0.3, "large microdomain": 0.1}


@pytest.mark.parametrize("name", ENDS)
def test_reactions_fire_as_often_as_their_rates_say(name: str, kernel: str) -> None:
    """Up to two thousand events of every model, in both kernels. False alarm: 1e-5 for each.

    Seen to fail: in the tables, a trial that always fires.
    """
    assert p_value(MODELS[name](), ENDS[name], 4, seed=11) > ALARM


@pytest.mark.parametrize("costly_laws", [False, True])
@pytest.mark.parametrize("reactions", [1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 17, 31, 48])
def test_networks_of_any_size_fire_as_their_rates_say(reactions: int, costly_laws: bool, kernel: str) -> None:
    """Through all shapes of the sum tree, the branchless choice of up to four, and laws recomputed only when dirty.

    False alarm: 1e-5 for each. Seen to fail: in the tables, a trial that always fires (from 9 reactions on).
    """
    assert p_value(ring(reactions, costly_laws), 2.0, 5, seed=12) > ALARM


side = st.lists(st.sampled_from("ABCE"), max_size=4)
equation = st.tuples(side, side, st.floats(0.001, 0.1), st.booleans())


@settings(max_examples=8)
@given(st.lists(equation, min_size=1, max_size=9))
def test_random_networks_fire_as_their_rates_say(equations) -> None:
    """Mass action of order 0 to 4, with a clamped species, and guarded costly laws. False alarm: 1e-5 for each."""
    model = md.Model("random")
    cell = model.compartment("cell", ONE_PER_UM)
    for name, count in {"A": 12, "B": 8, "C": 5}.items():
        model.species(name, cell, count=count)
    model.species("E", cell, count=2, clamped=True)
    model.reaction("B -> A", k=0.5)
    for i, (left, right, k, mass_action) in enumerate(equations):
        explosive = len(right) > len(left) > 1
        if {*left, *right} <= {"E"} or sorted(left) == sorted(right) or explosive:
            continue
        text = f"{' + '.join(left) or '0'} -> {' + '.join(right) or '0'}"
        if mass_action:
            model.reaction(text, k=k, name=f"reaction {i}")
        else:
            model.reaction(text, costly, a="A", b="C", rate=k, name=f"reaction {i}")
    assert p_value(model, 0.5, 12, seed=13) > ALARM
    with pytest.MonkeyPatch.context() as patch:
        by_tables(patch)
        assert p_value(model, 0.5, 12, seed=13) > ALARM


# -- the grid ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MODELS)
def test_the_path_does_not_depend_on_the_grid(name: str, kernel: str) -> None:
    """Times of a fine grid, a coarse one and the end alone see the same states, to the last bit, edges included."""
    fine = np.linspace(0, 4, 401)
    states, events = paths(MODELS[name](), fine)
    for coarse in (slice(None, None, 50), slice(None, None, 400), [0, 1, 7, 13, 211, 400]):
        others, other_events = paths(MODELS[name](), fine[coarse])
        assert (states[:, coarse] == others).all()
        assert (events == other_events).all()


@pytest.mark.parametrize("name", MODELS)
def test_recorded_events_are_the_path_on_the_grid(name: str) -> None:
    """The state after the last event before each grid time is that of the grid; each row follows from its reaction."""
    model, grid = MODELS[name](), np.linspace(0, 4, 37)
    network = model.network()
    states, events = paths(model, grid)
    data = md.simulate(model, grid, engine="gillespie", trajectories=5, seed=1, record="events")
    assert (data.events.values == events).all()
    for n in range(5):
        run = data.isel(event=np.flatnonzero(data.trajectory.values == n))
        times, counts = run.time.values, run.counts.values
        assert (np.diff(times) >= 0).all()
        assert len(times) == events[n] + 1
        at = np.searchsorted(times, grid, side="right") - 1
        moved = ~network.clamped
        assert (counts[at][:, moved] == states[n][:, : len(network.species)][:, moved]).all()
        complexes = slice(len(network.species), network.first_quantity)
        assert (run.quantity.values[at][:, : len(network.multimers)] == states[n][:, complexes]).all()
        assert run.reaction.values[0] == "start"
        fired = [network.reactions.index(name) for name in run.reaction.values[1:]]
        for row, j in list(enumerate(fired))[:500]:
            change = np.zeros(len(network.species))
            for i, number in network.changes.row(j):
                change[i] = number
            assert (counts[row + 1] - counts[row] == change)[moved].all()


# -- the running total -------------------------------------------------------------------------------------------------


def churning() -> md.Model:
    """Fast reactions with constants that no float holds exactly, and births that stop at t = 50."""
    model = closed(
        "churning", {"A": 300, "B": 200, "C": 10}, ("A <-> B", 100.1, 300.3), ("C -> 0", 0.7), ("B -> 0", 0.3)
    )
    model.input("births", md.step(50.0, 33.3, 0.0), "1/s")
    model.reaction("0 -> A", k="births")
    model.reaction("0 -> C", k="births", name="0 -> C")
    model.reaction("2 C -> C", k=0.011)
    return model


def test_the_total_does_not_drift_in_ten_million_events(kernel: str) -> None:
    """Bit for bit, and down to exactly zero.

    Sums are computed from their parts after every event, never by adding a difference: what is left of a total kept by
    differences at extinction, about 1e-10, would be taken for a reaction to come.
    """
    ends = []
    for grid in (np.linspace(0, 200, 2), np.linspace(0, 200, 10_001)):
        data = md.simulate(churning(), grid, engine="gillespie", trajectories=8, seed=5)
        assert {MEANING[status] for status in data.status.values} == {"extinct"}
        ends.append((data.counts.values[:, -1], data.events.values))
    assert (ends[0][0] == 0).all()
    assert (ends[1][0] == 0).all()
    assert (ends[0][1] == ends[1][1]).all()
    assert ends[0][1].sum() > 1e7
