"""Puffs of the library's site: light, detection in three traces, engines side by side, and the command."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

import microdomain as md
from microdomain import cli
from microdomain.puffs.detect import overlap
from microdomain.puffs.find import dye_events, exact_events
from microdomain.puffs.study import study

GRID = np.linspace(0.0, 40.0, 20_001)


@pytest.fixture(scope="module")
def paths() -> xr.Dataset:
    """Two sites, the channels of which jump while calcium flows, from 5 s on."""
    data = md.simulate(md.models.puff_site(), GRID, engine={"cytosol": "flow"}, trajectories=2, seed=3, progress=False)
    return data.isel(time=slice(2500, None))


def test_three_traces_tell_of_the_same_puffs(paths: xr.Dataset) -> None:
    """Every puff of the channels is seen in calcium and in the dye; a camera with few photons sees less."""
    truth = md.find_puffs(paths).puffs
    assert 8 <= len(truth) <= 40
    calcium = md.find_puffs(paths, "calcium")
    bright = md.find_puffs(paths, "dye", camera=md.Camera(photons=2000), seed=1)
    dim = md.find_puffs(paths, "dye", camera=md.Camera(photons=1), seed=1)
    assert overlap(calcium.events, truth, 0.01)[1] <= 2
    assert overlap(bright.events, truth, 0.01)[1] <= 2
    found, real = dye_events(paths, md.Camera(photons=2000), None, 1)
    assert overlap(found, real)[2] <= 0.02 * len(found)
    assert overlap(found, exact_events(paths), 0.01)[0] >= 0.5 * len(exact_events(paths))
    assert len(dim.events) < len(bright.events)
    assert 4 < bright.estimates["amplitude"][0] < 12


def test_light_is_poisson_around_the_dye(paths: xr.Dataset) -> None:
    """Photons over a run at rest: their variance is their mean and that of reading, 5 standard errors, 10^-6."""
    camera = md.Camera(frame=0.02, photons=400.0, read_noise=3.0, background=50.0)
    resting = md.simulate(
        md.models.puff_site(channels=0), GRID[:10_001], engine={"cytosol": "flow"}, seed=1, progress=False
    )
    light = md.fluorescence(resting, camera, seed=2)
    n = light.sizes["time"]
    assert n == 1000
    photons = light.photons.values[0]
    assert photons.mean() == pytest.approx(450, abs=5 * np.sqrt(459 / n))
    assert photons.var() == pytest.approx(459, rel=5 * np.sqrt(2 / n))
    assert np.abs(light.clean.values).max() < 1e-6
    again = md.fluorescence(resting, camera, seed=2)
    xr.testing.assert_identical(light, again)


def test_light_from_around_the_site_dilutes_it(paths: xr.Dataset) -> None:
    whole, half = (md.fluorescence(paths, md.Camera(share=share), seed=1).clean for share in (1.0, 0.5))
    assert half.values == pytest.approx(0.5 * whole.values, abs=1e-12)
    glowing = md.fluorescence(paths, md.Camera(brightness=0.5), seed=1).clean
    assert 0 < float(glowing.max()) < 0.3 * float(whole.max())


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"trace": "calcum"}, "trace: found 'calcum'; .*Did you mean 'calcium'"),
        ({"trace": "calcium", "calcium": "K"}, "calcium: found 'K'"),
        ({"camera": md.Camera()}, "camera: found trace='channels'"),
        ({"trace": "dye", "camera": md.Camera(frame=1e-6)}, "frame: found 1e-06 s; allowed: at least the step"),
    ],
)
def test_requests_that_cannot_be_are_refused(paths: xr.Dataset, asked: dict[str, Any], said: str) -> None:
    with pytest.raises(md.RequestError, match=said):
        md.find_puffs(paths, **asked)


def test_data_without_channels_or_paths_are_refused() -> None:
    model = md.models.g_chi_cell(1.0)
    with pytest.raises(md.RequestError, match="no quantity of channels"):
        md.find_puffs(md.simulate(model, 1.0, engine="ode", progress=False))
    statistics = md.simulate(
        md.models.ip3_microdomain(), 0.1, engine="gillespie", record="statistics", seed=1, progress=False
    )
    with pytest.raises(md.RequestError, match="no paths on a grid"):
        md.find_puffs(statistics)


@pytest.mark.parametrize("wrong", [{"frame": 0.0}, {"photons": -1.0}, {"share": 1.5}, {"brightness": 1.0}])
def test_cameras_that_cannot_be_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="allowed: frame, photons > 0"):
        md.Camera(**wrong)


def test_the_mean_field_sees_no_puffs() -> None:
    """Where the hybrid sees some in the same time."""
    site = md.models.puff_site()
    flowing, jumping = (study(site, 20.0, engine=engine, seed=2, progress=False) for engine in ("ode", "hybrid"))
    assert len(flowing.channels.events) == 0
    assert len(jumping.channels.puffs) > 0


def test_what_the_mechanism_says_of_a_cluster_is_what_is_found() -> None:
    """A chain of a cluster at held calcium: its open channels, its intervals and its rate, found in the paths.

    1 / r_open + (N + 1)/(2 r_cls) + (M - 1)/r_ref = 2.160 s; 5 standard errors and the grid, a false alarm in 10^5.
    """
    model = md.Model("chain")
    cytosol = model.compartment("cytosol", 1.0)
    membrane = model.membrane("membrane", 1.0, outside=cytosol)
    for name, value in (("Ca", 0.2), ("IP3", 1.0)):
        model.species(name, cytosol, value, clamped=True)
    model.add(md.mechanisms.ClusterChain(), name="IP3R", cytosol=cytosol, membrane=membrane)
    data = md.simulate(model, np.linspace(0, 1000, 500_001), engine="gillespie", trajectories=5, seed=1, progress=False)
    found = md.find_puffs(data)
    n = len(found.events.intervals())
    intervals = found.events.intervals()
    assert n > 2000
    assert intervals.mean() == pytest.approx(2.160, abs=5 * 2.160 * 0.927 / np.sqrt(n) + 0.03)
    assert found.events.channels.mean() == pytest.approx(3.0, abs=5 * np.sqrt(2 / n) + 0.05)


def test_the_command_prints_draws_and_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plot, out = tmp_path / "puffs.png", tmp_path / "puffs.nc"
    arguments = ("puffs", "--duration", "10", "--sites", "2", "--plot", str(plot), "--out", str(out))
    assert cli.main([*arguments, "--workers", "1"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("puff_site, 10 channels, IP3 0.1, engine hybrid, seed 0")
    assert "Active channels (exact)" in text
    assert "Dye, as a camera sees it: " in text
    assert max(map(len, text.splitlines())) <= 80
    assert plot.stat().st_size > 20_000
    with xr.open_dataset(out, engine="h5netcdf") as data:
        assert "puffs per s" in data.statistic.values


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--engine", "hybrd"), "Did you mean 'hybrid'"),
        (("--ip3", "3 mV"), "found '3 mV'"),
        (("--duration=-3",), "duration, sites: found -3"),
        (("--frame", "1us"), "at least the step of the grid"),
        (("--frame", "1s"), "frame: found 1 s; allowed: at most 0.1 s"),
        (("--photons", "0"), "--frame, --photons: "),
        (("--plot", "x.gif"), ".png"),
    ],
)
def test_the_command_says_what_is_wrong(
    arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["puffs", "--duration", "0.1", *arguments]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert "Traceback" not in error
