"""The demonstration, shortened."""

from pathlib import Path

import numpy as np
import pytest

import microdomain as md
from microdomain.demo import demo, table_of_openings
from microdomain.demo_runs import measures


def test_a_short_demonstration_writes_its_figures_and_tables(tmp_path: Path) -> None:
    said: list[str] = []
    out = tmp_path / "new" / "out"
    written = demo(out, duration=20.0, runs=3, factors=(1, 10), effort=0.1, workers=1, say=said.append)
    assert [path.stem for path in written] == ["ode_and_gillespie", "open_channels", "volume", "choice", "noise"]
    for path in written:
        assert path.read_bytes().startswith(b"\x89PNG")
        assert path.stat().st_size > 20_000
    lines = "\n".join(said).splitlines()
    assert max(len(line) for line in lines if not line.endswith(".png")) <= 80
    assert any("3 runs of 20 s" in line for line in lines)
    assert any(line.startswith("ip3_microdomain: distribution within 0.05") for line in lines)
    assert any(line.startswith("IP3R.open ") for line in lines)


def test_the_mean_field_is_the_same_at_every_volume() -> None:
    """All densities and permeabilities per volume are fixed, so the ODE must not change."""
    courses = []
    for factor in (1, 10, 1000):
        model = md.models.ip3_microdomain(volume=0.16572 * factor)
        data = md.simulate(model, np.linspace(0, 60, 61), engine="ode", rtol=1e-8, atol=1e-8)
        courses.append(data.concentration.sel(species=["Ca.cytosol", "Ca.er"]).values)
    np.testing.assert_allclose(courses[1], courses[0], rtol=1e-5)
    np.testing.assert_allclose(courses[2], courses[0], rtol=1e-5)


def test_openings_are_counted_from_closed_to_open() -> None:
    channels = np.array([0, 0, 1, 2, 1, 0, 0, 1, 0, 0], dtype=float)
    found = measures(channels, np.linspace(0.1, 0.3, 10), duration=0.01)
    assert found["time with a channel open"] == pytest.approx(0.4)
    assert found["openings per second"] == pytest.approx(200)
    assert found["mean opening (ms)"] == pytest.approx(2.0)
    assert found["highest calcium (uM)"] == pytest.approx(0.3)


def test_the_table_says_how_many_runs_lie_inside() -> None:
    from microdomain.demo_runs import FRACTION, Openings

    one = Openings(
        "IP3 held", {FRACTION: np.array([0.17, 0.19, 0.21])}, {FRACTION: (0.18, 0.22)}, np.ones(6) / 6, np.zeros(5)
    )
    row = next(line for line in table_of_openings([one], 300.0, 3).splitlines() if FRACTION in line)
    assert row.split()[-7:] == ["0.02", "0.18", "-", "0.22", "2", "of", "3"]
