"""The choice of engines: right where the answer is known, careful where it is not, the same from seed to seed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import poisson

import microdomain as md
from engines.choice.candidates import candidates, scarcest
from engines.choice.observable import read_observable
from engines.linear_noise import checks
from tests.random_networks import bounded_random_model
from tests.reference import closed

OMEGA = 602.214076


def births(mean: float) -> md.Model:
    return closed("births", {"A": mean}, ("0 -> A", mean), ("A -> 0", 1.0))


def mean_deviation(mean: float) -> float:
    """E|n - mean| / mean of the Poisson law: what the mean field errs by in the distribution."""
    n = np.arange(int(mean + 12 * np.sqrt(mean) + 20))
    return float((poisson.pmf(n, mean) * np.abs(n - mean)).sum() / mean)


def of_candidate(choice: Any, name: str, what: str, volume: int = 0) -> Any:
    return choice.data[f"candidate_{what}"].sel(candidate=name).values[volume]


# -- known answers -----------------------------------------------------------------------------------------------------


def test_births_and_deaths_have_the_errors_of_the_poisson_law() -> None:
    """Audited and predicted errors of the mean field over three decades; the flip where its error meets the tolerance.

    E|n - m| / m = 0.05 at m = 254. Audits: five standard errors, a false alarm in 10^6.
    Fails where samples are pooled wrongly, the scale is not the mean, or the volume enters twice.
    """
    choice = md.choose(births(1.0), [m / OMEGA for m in (10, 100, 1000)], tolerance=0.05, engines=("ode", "gillespie"))
    for v, mean in enumerate((10.0, 100.0, 1000.0)):
        audited, spread = (of_candidate(choice, "ode", what, v) for what in ("audited", "spread"))
        assert abs(audited - mean_deviation(mean)) < 5 * spread
        assert of_candidate(choice, "ode", "predicted", v) == pytest.approx(mean_deviation(mean), rel=0.05)
    assert choice.data.observed_noise.values[:, 0] == pytest.approx([10**-0.5, 0.1, 1000**-0.5], rel=0.1)
    only = md.choose(births(1.0), [m / OMEGA for m in (10, 100, 1000)], tolerance=0.05, engines="ode")
    assert [engine is None for engine in only.engines] == [True, True, False]
    assert only.data.flips_at.values[0, 0] * OMEGA == pytest.approx(254, rel=0.1)
    assert not only.data.flips_extrapolated.values[0, 0]


def test_beyond_the_largest_volume_the_flip_is_extrapolated() -> None:
    """The mean field's error falls as 1/sqrt(V); with channels fixed nothing is extrapolated."""
    choice = md.choose(births(1.0), [50 / OMEGA], tolerance=0.05)
    assert choice.data.flips_extrapolated.values[0, 0]
    assert choice.data.flips_at.values[0, 0] * OMEGA == pytest.approx(254, rel=0.15)
    fixed = md.choose(births(1.0), [50 / OMEGA], tolerance=0.05, fixed="channels")
    assert np.isnan(fixed.data.flips_at.values[0, 0])


def test_the_same_question_in_other_units_has_the_same_answer() -> None:
    model = births(30.0)
    first = md.choose(model, ["0.05 fL", "1 fL"], duration="2 s", engines=("ode", "gillespie"))
    again = md.choose(model, ["1e-18 m^3", "50 aL"], duration="2000 ms", engines=("ode", "gillespie"))
    assert first.data.volume.values == pytest.approx(again.data.volume.values, rel=1e-12)
    errors = [one.data.candidate_audited.values for one in (first, again)]
    assert errors[0] == pytest.approx(errors[1], rel=1e-9, nan_ok=True)
    assert list(first.data.engine.values) == list(again.data.engine.values)


def test_thresholds_in_concentration_follow_the_volume() -> None:
    """0.06 uM is 36 molecules in 1 fL and 360 in 10 fL: the same number of standard deviations apart, it is not.

    As a number of molecules, which stays, 36 is far below what 10 fL holds.
    """
    model = births(30.0)
    asked: dict[str, Any] = {"observable": "first passage", "of": "A", "duration": 5, "engines": "ode", "budget": 0.02}
    by_amount = md.choose(model, ["0.05 fL", "0.5 fL"], at_least="36 uM", **asked)
    by_number = md.choose(model, ["0.05 fL", "0.5 fL"], at_least=36, **asked)
    assert by_amount.data.attrs["observable"] != by_number.data.attrs["observable"]
    assert of_candidate(by_amount, "ode", "audited", 1) == pytest.approx(0.0, abs=0.2)
    assert of_candidate(by_number, "ode", "audited", 1) == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("observable", ["mean", "standard deviation", "distribution"])
def test_held_back_networks_keep_the_tolerance(observable: str) -> None:
    """Random networks: what is chosen without exact runs, against the exact stationary distribution.

    The errors of the mean field and of the Langevin engine are audited within the tolerance only where they are: the
    true ones, of the mean field by the master equation, are never above it. 20 networks; an audit is wrong once in 40.
    """
    wrong = 0
    for seed in range(700, 710):
        model = bounded_random_model(seed)
        choice = md.choose(model, tolerance=0.1, observable=observable, engines="ode")
        exact = md.stationary_distribution(model)
        names = choice.data.observable.values
        flow = md.simulate(model, [0.0, 1e4], engine="ode").counts.values[0, -1]
        counts, p = exact.counts.values, exact.probability.values
        errors = []
        for name in names:
            s = list(exact.species.values).index(name)
            n, m = counts[:, s], float(p @ counts[:, s])
            by = {
                "mean": abs(flow[s] - m),
                "standard deviation": np.sqrt(p @ (n - m) ** 2),
                "distribution": p @ np.abs(n - flow[s]),
            }
            errors.append(by[observable] / m)
        wrong += choice.engines[0] is not None and max(errors) > 0.1
        audited, spread = (float(of_candidate(choice, "ode", what)) for what in ("audited", "spread"))
        assert audited == pytest.approx(max(errors), abs=6 * spread + 0.01)
    assert wrong <= 1


# -- careful -----------------------------------------------------------------------------------------------------------


def test_the_audit_sees_puffs_that_linear_noise_does_not() -> None:
    """A site of ten channels: the mean field is quiet, and predicted to err by less than 1 % in the mean of calcium."""
    site = md.models.puff_site(0.1, channels=10)
    choice = md.choose(site, tolerance=0.15, observable="mean", of="Ca.cytosol", engines=("ode", "hybrid"), budget=3)
    assert of_candidate(choice, "ode", "predicted") < 0.01
    assert of_candidate(choice, "ode", "audited") > 0.25
    assert of_candidate(choice, "ode", "verdict") != "within"
    assert isinstance(choice.engines[0], md.Hybrid)
    assert choice.data.measured_by.values[0] == "hybrid: cytosol diffusion"
    assert "out of reach" in choice.data.reason.values[0]


def test_two_states_need_longer_runs_than_linear_noise_says() -> None:
    """Schlogl's population stays in one state for longer than it relaxes there: runs are made longer."""
    model = closed("schlogl", {"A": 20}, ("0 <-> A", 108.0, 9.9), ("2 A <-> 3 A", 0.195, 0.001))
    choice = md.choose(model, tolerance=0.2, engines=("ode", "gillespie"))
    assert "do not settle" in choice.data.doubt.values[0]
    assert of_candidate(choice, "ode", "audited") > 0.2
    assert choice.data.engine.values[0] == "gillespie"


def test_without_exact_runs_the_prediction_decides_and_says_so() -> None:
    choice = md.choose(births(1e7), budget=1e-9)
    assert choice.data.verdict.values[0] == "predicted within"
    assert "is predicted to err" in choice.data.reason.values[0]
    assert int(choice.data.pilot_runs.values[0]) == 0


def test_exact_runs_are_chosen_where_nothing_is_cheaper() -> None:
    """Of ten molecules noise is right in every engine, and none is cheaper than twenty reactions a second."""
    choice = md.choose(births(10.0), tolerance=0.9, engines=("langevin", "gillespie"))
    assert choice.data.engine.values[0] == "gillespie"
    assert of_candidate(choice, "langevin", "verdict") == "no cheaper than exact runs"


def test_an_oscillation_is_audited_over_its_periods() -> None:
    """No stationary state, so no prediction; the period gives the length of the runs."""
    model = closed("brusselator", {"X": 1000, "Y": 2000}, ("0 -> X", 1000.0), ("X -> 0", 1.0),
        ("X -> Y", 3.0), ("2 X + Y -> 3 X", 1e-6))  # fmt: skip
    choice = md.choose(model, tolerance=0.2, engines=("ode", "gillespie"))
    assert "oscillate" in choice.data.doubt.values[0]
    assert np.isnan(of_candidate(choice, "ode", "predicted"))
    assert float(choice.data.pilot_length.values[0]) > 100


def test_decisions_are_the_same_from_seed_to_seed() -> None:
    """Where an error is not within a standard error of the tolerance: a fifth of the tolerance away is far enough."""
    model = births(1.0)
    volumes = [m / OMEGA for m in (20, 2000)]
    found = {
        tuple(md.choose(model, volumes, tolerance=0.05, seed=seed, engines=("ode", "langevin")).data.engine.values)
        for seed in range(6)
    }
    assert len(found) == 1
    assert next(iter(found))[0] == "langevin"


def test_the_same_seed_gives_the_same_errors() -> None:
    first, again = (md.choose(births(40.0), engines=("ode", "langevin"), workers=workers) for workers in (1, 2))
    assert first.data.candidate_audited.values.tolist() == again.data.candidate_audited.values.tolist()


# -- what is chosen among ----------------------------------------------------------------------------------------------


def test_places_with_few_molecules_are_read_more_exactly() -> None:
    model = md.models.ip3_microdomain()
    network, copies = model.network(), md.stationary_noise(model, lags=0, frequencies=0).mean_counts.values
    found = {one.name: one.places for one in candidates(network, copies, ("hybrid",))}
    assert found["hybrid: cytosol and er flow"]["er_membrane"] == "jump"
    assert found["hybrid: cytosol diffusion, er flow"] == {"cytosol": "diffusion", "er": "flow", "er_membrane": "jump"}
    assert scarcest(network, copies)["er_membrane"] == ("SERCA.free", pytest.approx(5.0))


def test_what_never_happens_is_told_within_the_budget() -> None:
    """Ten thousand of ten molecules: no engine can be told from another, and exact runs are the answer."""
    asked: dict[str, Any] = {"observable": "event rate", "of": "A", "at_least": 10_000, "budget": 0.5}
    choice = md.choose(births(10.0), **asked)
    assert choice.data.engine.values[0] == "gillespie"
    assert "0 events in" in choice.data.doubt.values[0]


def test_what_holds_from_the_start_is_passed_at_once() -> None:
    choice = md.choose(births(10.0), observable="first passage", of="A", at_least=1, budget=0.5)
    assert of_candidate(choice, "ode", "audited") == 0.0


def test_a_choice_runs() -> None:
    """What is chosen goes into simulate, and has the noise that was promised."""
    model = births(400.0)
    choice = md.choose(model, tolerance=0.02, engines=("ode", "langevin"))
    engine = choice.engine(model.places["cell"].size)
    data = md.simulate(model, [0, 10, 20, 30, 40], engine=engine, trajectories=400, seed=1)
    assert data.counts.values[:, 1:].std() / 400 == pytest.approx(0.05, rel=0.1)
    with pytest.raises(KeyError, match="no decision for 3 fL"):
        choice.engine("3 fL")


# -- bad input ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"volumes": [0]}, "volumes: found 0; allowed: a number of fL above 0"),
        ({"volumes": ["-1 fL", "1 mV"]}, "volumes: found .*mV"),
        ({"volumes": []}, "volumes: found 0 volumes"),
        ({"volumes": ["50 aL", "0.05 fL"]}, "0.05 fL twice; allowed: each volume once"),
        ({"tolerance": 1.5}, "tolerance: found 1.5; allowed: a number between 0 and 1, 1 is 100 %"),
        ({"tolerance": True}, "tolerance: found True"),
        ({"observable": "variance"}, "observable: found 'variance'.*standard deviation"),
        ({"of": "B"}, "of: found 'B'"),
        ({"of": ["A", "A.cell"]}, "of: found 'A.cell' twice"),
        ({"of": []}, "of: found nothing"),
        ({"engines": ["odee"]}, "engines: found 'odee'.*Did you mean 'ode'"),
        ({"engines": []}, "engines: found none"),
        ({"compartment": "cel"}, "compartment: found 'cel'.*Did you mean 'cell'"),
        ({"fixed": "channel"}, "fixed: found 'channel'"),
        ({"seed": -1}, "seed: found -1"),
        ({"budget": 0}, "budget: found 0"),
        ({"duration": "5 mV"}, "duration: found"),
        ({"diffusion": {"Ca": 1}}, "diffusion: found 'Ca'"),
        ({"at_least": 3}, "at_least: found 3 with observable='distribution'"),
        ({"observable": "event rate"}, "of: found 0 names"),
        ({"observable": "event rate", "of": "A"}, "no threshold"),
        (
            {"observable": "event rate", "of": "A", "at_least": 9, "rearm": 12},
            "rearm: found 12; allowed: a level below 9",
        ),
        ({"observable": "event rate", "of": "A", "at_least": 0}, "at_least: found 0 of 'A.cell'.*more than 0"),
        ({"observable": "event rate", "of": "A", "at_most": 0}, "rearm: found none, .*allowed: a level above 0"),
        ({"observable": "event rate", "of": "B", "at_least": 9}, "of: found 'B'"),
        ({"observable": "first passage", "of": "A", "at_least": 9, "rearm": 2}, "rearm: found 2"),
    ],
)
def test_bad_input_is_refused_before_anything_runs(given: dict[str, Any], message: str) -> None:
    with pytest.raises(md.RequestError, match=message):
        md.choose(births(10.0), **given)


def test_an_event_is_over_on_the_other_side_of_its_threshold() -> None:
    network = births(30.0).network()
    for at_least, at_most, again in ((20, None, 14.0), (None, 20, 20 / 0.7)):
        found = read_observable(network, "event rate", "A", at_least, at_most, None, [])
        assert found is not None
        assert found.rearm == pytest.approx(again)


def test_a_name_in_several_places_is_refused_with_all_of_them() -> None:
    with pytest.raises(md.RequestError, match=r"'Ca', which is one of several; allowed: Ca\.cytosol or Ca\.er"):
        md.choose(md.models.ip3_microdomain(), of="Ca")


def test_a_model_too_large_for_linear_noise_needs_a_duration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "MOST_SPECIES", 0)
    with pytest.raises(md.RequestError, match="duration: found not given, and linear noise: 1 species, more than 0"):
        md.choose(births(30.0))


def test_an_affinity_that_does_not_vanish_with_its_flux_is_refused() -> None:
    @md.rate_law(a="uM", b="uM", returns="uM/s")
    def flux(a: Any, b: Any) -> Any:
        return a - b

    @md.rate_law(a="uM", b="uM", returns="1")
    def wrong(a: Any, b: Any) -> Any:
        return md.maths.log(a / b) + 1.0

    model = md.Model("leak")
    one, two = model.compartment("one", "1 fL"), model.compartment("two", "1 fL")
    model.species("A", one, "1 uM")
    model.species("A", two, "2 uM")
    model.reaction("A.one <-> A.two", flux, affinity=wrong, at=one, a="A.one", b="A.two")
    with pytest.raises(md.ModelError, match="affinity"):
        md.choose(model)


def test_a_model_that_changes_with_time_needs_a_duration() -> None:
    model = births(30.0)
    model.input("stimulus", md.pulse(1.0, 0.5, 2.0), unit="uM")
    model.species("S", "cell", 0, clamped="stimulus")
    model.reaction("S -> S + A", k=1.0)
    with pytest.raises(md.RequestError, match=r"duration: found not given, and input 'stimulus' changes the model"):
        md.choose(model)
    choice = md.choose(model, duration=3, engines=("ode", "gillespie"))
    assert choice.data.attrs["duration"] == "0.0 to 3.0 s"
