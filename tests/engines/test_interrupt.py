"""Ctrl-C: a run stops at once and keeps what is finished."""

import subprocess
import sys
import textwrap
import threading
import time
from _thread import interrupt_main
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import microdomain as md
from tests.engines.test_ensemble import model, run
from tests.reference import closed

REPOSITORY = Path(__file__).parents[2]


@md.rate_law(a="uM", least="uM", returns="uM")
def missing(a, least):
    """least - a."""
    return least - a


def interrupted_after(seconds: float, engine: str = "gillespie", **request) -> tuple[xr.Dataset, float]:
    """Ctrl-C during a run: the dataset that the error keeps, and how long the run went on after it."""
    pressed = []

    def press() -> None:
        pressed.append(time.monotonic())
        interrupt_main()

    timer = threading.Timer(seconds, press)
    timer.start()
    try:
        with pytest.raises(md.Interrupted) as caught:
            md.simulate(engine=engine, seed=11, workers=1, **request)
        return caught.value.result, time.monotonic() - pressed[0]
    finally:
        timer.cancel()
        timer.join()


@pytest.mark.parametrize("record", ["grid", "statistics", "events"])
def test_an_interrupted_ensemble_keeps_its_finished_trajectories(record: str) -> None:
    """What is kept is what an uninterrupted run computes, trajectory by trajectory."""
    run(2, record=record, workers=1)  # compiled before the clock runs
    times = np.linspace(0, 600, 16)
    kept, late = interrupted_after(0.5, model=model(), times=times, trajectories=200_000, record=record)
    assert late < 2
    if record == "statistics":
        n = int(kept.attrs["trajectories"])
        assert 0 < n < 200_000
        whole = run(n, times, record=record)
        assert kept.mean_counts.values == pytest.approx(whole.mean_counts.values, rel=1e-10)
        return
    axis = "trajectory" if record == "grid" else "run"
    n = kept.sizes[axis]
    assert 0 < n < 200_000
    whole = run(n, times, record=record)
    xr.testing.assert_identical(kept, whole)


@pytest.mark.parametrize("record", ["grid", "statistics"])
def test_a_long_trajectory_stops_soon(record: str) -> None:
    """10^12 s of a busy network: nothing is finished, and nothing is kept, but the run ends within two seconds."""
    run(2, record=record, workers=1)
    kept, late = interrupted_after(0.5, model=model(), times=[0.0, 1e12], trajectories=1, record=record)
    assert late < 2
    assert kept.attrs.get("trajectories", 0) == 0
    assert kept.sizes.get("trajectory", 0) == 0


def test_a_long_solution_of_the_ode_stops_soon() -> None:
    """A predator and its prey cycle for 10^9 s."""
    reactions = ("A -> 2 A", 1.0), ("A + B -> 2 B", 0.01), ("B -> 0", 1.0)
    cycle = closed("predator", {"A": 50, "B": 40}, *reactions)
    md.simulate(cycle, 1.0, engine="ode")
    kept, late = interrupted_after(0.5, model=cycle, times=[0.0, 1e9], engine="ode", max_steps=10**12)
    assert late < 2
    assert kept.sizes["trajectory"] == 0


def falling() -> md.Model:
    """What falls a trifle below 30 is set to 30, every 1e-8 s: no step of the flow is long, and no run has an end."""
    model = closed("falling", {"A": 30}, ("A -> 0", 1.0))
    model.event("again", {"A": 30.0}, when=missing, a="A", least=30.0 * (1.0 - 1e-8))
    return model


def test_events_that_follow_each_other_closely_stop_soon() -> None:
    """It fails where the loop looks for Ctrl-C after reactions alone."""
    md.simulate(falling(), 1e-12, engine="ode")
    kept, late = interrupted_after(0.5, model=falling(), times=[0.0, 1.0], engine="ode")
    assert late < 2
    assert kept.sizes["trajectory"] == 0


def test_events_that_follow_each_other_closely_have_so_many_steps() -> None:
    with pytest.raises(md.SimulationError, match="too many steps"):
        md.simulate(falling(), [0.0, 1.0], engine="ode", max_steps=10_000)


def test_ctrl_c_in_a_terminal_ends_in_interrupted() -> None:
    """The signal itself, in a process of its own, with two workers."""
    script = """
        import os, signal, threading
        import microdomain as md
        from tests.engines.test_ensemble import model
        model = model()
        md.simulate(model, 1, engine="gillespie")
        threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
        try:
            md.simulate(model, 1e12, engine="gillespie", trajectories=4, seed=1, workers=2)
        except md.Interrupted as error:
            print("interrupted:", error, error.result.sizes["trajectory"])
    """
    command = [sys.executable, "-c", textwrap.dedent(script)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True, cwd=REPOSITORY)
    assert "interrupted: 0 of 4 trajectories are finished" in done.stdout, done.stdout + done.stderr
