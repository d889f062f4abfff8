"""Figures: every kind of dataset can be drawn, and what is drawn is what is in it."""

import warnings

import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure

import microdomain as md
from microdomain.plots import POINTS, smoothed, spread, thinned
from microdomain.plots import Curve as OneCurve


@pytest.fixture(scope="module")
def model() -> md.Model:
    return md.models.ip3_microdomain()


def datasets(model: md.Model) -> dict[str, xr.Dataset]:
    gillespie = {"engine": "gillespie", "seed": 1}
    return {
        "mean field": md.simulate(model, 2, engine="ode"),
        "one trajectory": md.simulate(model, np.linspace(0, 2, 1001), **gillespie),
        "many trajectories": md.simulate(model, 2, trajectories=8, **gillespie),
        "statistics": md.simulate(model, 2, trajectories=8, record="statistics", **gillespie),
        "one trajectory, statistics": md.simulate(model, 2, record="statistics", **gillespie),
        "events": md.simulate(model, 0.5, trajectories=2, record="events", **gillespie),
    }


def test_every_kind_of_dataset_is_drawn(model: md.Model) -> None:
    for kind, data in datasets(model).items():
        figure = md.plot(data)
        assert isinstance(figure, Figure), kind
        assert [axes.get_xlabel() for axes in figure.axes][-1] == "time (s)", kind
        assert len(figure.axes) == 4, kind  # cytosol, ER, membrane, open channels
        assert figure._repr_png_().startswith(b"\x89PNG"), kind


def test_panels_show_the_mean_with_units(model: md.Model) -> None:
    data = md.simulate(model, 2, engine="gillespie", trajectories=8, seed=1)
    cytosol, *_, membrane, channels = md.plot(data).axes
    assert cytosol.get_ylabel() == "concentration (µM)"
    assert membrane.get_ylabel() == "molecules"
    assert "IP3.cytosol 0.2" in cytosol.get_title(loc="left")
    assert [text.get_text() for text in channels.texts] == ["IP3R.open"]
    mean = data.concentration.sel(species="Ca.cytosol").mean("trajectory")
    assert any(np.allclose(line.get_ydata(), mean) for line in cytosol.lines if len(line.get_ydata()) == len(mean))


def test_labels_keep_their_order_and_distance() -> None:
    wanted = [0.5, 0.52, 0.1, 0.99, 1.0]
    places = spread(wanted, 0.1, 0.0, 1.0)
    assert np.argsort(places).tolist() == np.argsort(wanted).tolist()
    assert np.diff(np.sort(places)).min() >= 0.1 - 1e-12
    assert max(places) <= 1.0 + 1e-12
    assert spread([], 0.1, 0.0, 1.0) == []


def test_long_curves_keep_their_spikes() -> None:
    times = np.arange(100_000.0)
    values = np.zeros(100_000)
    values[54_321] = 7.0
    drawn_times, drawn = thinned(times, values)
    assert len(drawn) <= 2 * POINTS + 1
    assert drawn_times[drawn.argmax()] == 54_321
    assert drawn_times[-1] == times[-1]


def test_averages_of_events_count_how_long_each_value_lasted() -> None:
    times = np.array([0.0, 9.0, 10.0])
    curve = smoothed(OneCurve("x", times, np.array([1.0, 101.0, 0.0]), np.zeros(3), []))
    assert curve.mean.mean() == pytest.approx((9 * 1 + 1 * 101) / 10)


def test_drawing_leaves_no_state_behind(model: md.Model) -> None:
    import matplotlib as mpl

    with warnings.catch_warnings():
        before = dict(mpl.rcParams)
        md.plot(md.simulate(model, 1, engine="ode"))
        assert dict(mpl.rcParams) == before
