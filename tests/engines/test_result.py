"""The dataset: what it says of itself, and that a file keeps it."""

import json

import pytest
import xarray as xr

import microdomain as md
from tests.engines.test_ensemble import TIMES, model, run


@pytest.mark.parametrize(
    ("engine", "record"),
    [
        ("gillespie", "grid"),
        ("gillespie", "events"),
        ("gillespie", "statistics"),
        ("ode", "grid"),
        ("ode", "statistics"),
    ],
)
def test_datasets_survive_netcdf(record: str, engine: str, tmp_path) -> None:
    """Written with h5netcdf and read back: the same values, coordinates and attributes."""
    options = {"histograms": {"A": [0, 10, 20]}} if record == "statistics" else {}
    trajectories = 3 if engine == "gillespie" else 1
    data = md.simulate(model(), TIMES, engine=engine, trajectories=trajectories, seed=1, record=record, **options)
    data.to_netcdf(tmp_path / "run.nc", engine="h5netcdf")
    with xr.open_dataset(tmp_path / "run.nc", engine="h5netcdf") as read:
        xr.testing.assert_equal(read.load(), data)
        assert dict(read.attrs) == data.attrs


def test_attributes_say_where_a_dataset_came_from() -> None:
    data = run(2, max_events=10**6)
    about = data.attrs
    parameters = json.loads(about["parameters"])
    assert about["model"] == "flow"
    assert len(about["model_hash"]) == 64
    assert about["engine"] == "gillespie"
    assert json.loads(about["engine_options"]) == {"max_events": 10**6}
    assert about["seed"] == "11"
    assert parameters["cell.volume"].endswith(" fL")
    assert json.loads(about["initial_count"]) == {"A.cell": 20.0, "B.cell": 0.0}
    assert {"microdomain", "numpy", "numba", "xarray", "python"} <= set(json.loads(about["versions"]))
    assert data.counts.attrs["units"] == "1"
    assert data.time.attrs["units"] == "s"
    assert data.unit.values.tolist() == ["uM", "uM"]
    assert data.place.values.tolist() == ["cell", "cell"]
    assert data.status.attrs["flag_meanings"].split()[data.status.values[0]] == "finished"
    assert data.concentration.values == pytest.approx(data.counts.values)
    changed = md.simulate(model().changed(volumes={"cell": "1 fL"}), TIMES, engine="gillespie", seed=11)
    assert changed.attrs["model_hash"] != about["model_hash"]
    rounded = md.simulate(model().changed(initial={"A": 2.5}), TIMES, engine="gillespie", seed=11)
    assert "rounded" in rounded.attrs["rounding"]
    assert "rounding" not in about
