"""An ensemble that is written while it is computed, and finished later."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

import microdomain as md
from engines import ensemble
from engines.loops.status import STOPPED

pytest.importorskip("zarr")
GRID = np.linspace(0.0, 1.0, 5)


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 4 trajectories."""
    monkeypatch.setattr(ensemble, "NUMBERS_PER_CHUNK", 4 * len(GRID) * 2)


@pytest.fixture
def to(tmp_path: Path) -> Path:
    return tmp_path / "ensemble.zarr"


def isomerisation(k: float = 1.0) -> md.Model:
    model = md.Model("two_states")
    cell = model.compartment("cell", 0.1)
    model.species("A", cell, count=20)
    model.species("B", cell)
    model.quantity("both", both, a="A", b="B")
    model.reaction("A <-> B", k=k, k_back=0.5)
    return model


@md.rate_law(a="uM", b="uM", returns="uM")
def both(a: Any, b: Any) -> Any:
    """a + b"""
    return a + b


def run(model: md.Model | None = None, times: Any = GRID, **options: Any) -> xr.Dataset:
    chosen = {"engine": "gillespie", "trajectories": 10, "seed": 5} | options
    return md.simulate(model or isomerisation(), times, **chosen)


def assert_same(found: xr.Dataset, expected: xr.Dataset) -> None:
    """Every value, coordinate and attribute; text may be stored as another type of text."""
    assert set(found.variables) == set(expected.variables)
    assert found.attrs == expected.attrs
    for name, variable in expected.variables.items():
        assert found[name].dims == variable.dims
        assert found[name].values.tolist() == variable.values.tolist(), name


def stop_after(monkeypatch: pytest.MonkeyPatch, written: int) -> None:
    """The disk is full, or the power fails, after so many chunks."""
    from engines.store import Store

    keep, chunks = Store.keep, []

    def limited(self: Store, part: slice, chunk: xr.Dataset) -> None:
        if len(chunks) == written:
            raise OSError("no space left")
        chunks.append(part)
        keep(self, part, chunk)

    monkeypatch.setattr(Store, "keep", limited)


@pytest.mark.parametrize("workers", [1, 3])
def test_a_store_holds_what_memory_would(to: Path, workers: int) -> None:
    assert_same(run(to=to, workers=workers), run())


def test_what_was_finished_is_kept_and_not_computed_again(to: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a failure behind the first chunk the store opens, and is finished chunk by chunk."""
    whole = run()
    with monkeypatch.context() as patch:
        stop_after(patch, 1)
        with pytest.raises(OSError, match="no space left"):
            run(to=to)
    with xr.open_zarr(to, consolidated=False) as begun:
        assert (begun.status.values == STOPPED).tolist() == [False] * 4 + [True] * 6
        assert begun.counts.values[:4].tolist() == whole.counts.values[:4].tolist()
        assert np.isnan(begun.counts.values[4:]).all()
    first = to / "counts" / "c" / "0" / "0" / "0"
    before = first.stat().st_mtime_ns
    assert_same(run(to=to, seed=None, resume=True), whole)
    assert first.stat().st_mtime_ns == before
    assert_same(run(to=to, resume=True), whole)


def test_resuming_nothing_begins(to: Path) -> None:
    assert_same(run(to=to, resume=True), run())


def test_a_disk_that_is_full_says_what_is_there(to: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import zarr

    run(to=to, trajectories=[7])
    monkeypatch.setattr(zarr.Array, "__setitem__", lambda *_: (_ for _ in ()).throw(OSError("no space left")))
    with xr.open_zarr(to, consolidated=False) as data:
        from engines.store import Store

        with pytest.raises(OSError, match=r"no space left. What was finished is there: resume=True goes on"):
            Store(to, np.array([7]), 1).keep(slice(0, 1), data)


def test_a_failing_trajectory_is_told_and_tried_again(to: Path) -> None:
    """The store keeps what went well, and every resumption tells the failure."""
    for resume in (False, True):
        with pytest.raises(md.SimulationError, match="more than 3 events") as failure:
            run(to=to, max_events=3, resume=resume)
        assert failure.value.result.sizes["trajectory"] == 10


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"times": np.linspace(0.0, 2.0, 5)}, "times: found 5 from 0 to 2;"),
        ({"trajectories": 11}, "trajectories: found 11 from 0 to 10;"),
        ({"seed": 6}, "seed: found 6;"),
        ({"engine": "tau_leaping"}, "engine: found tau_leaping;"),
        ({"max_events": 7}, "engine_options: found "),
        ({"model": isomerisation(2.0)}, "model_hash: found "),
        ({"resume": False}, "to: found an ensemble at "),
    ],
)
def test_another_ensemble_is_not_mixed_in(to: Path, asked: dict[str, Any], found: str) -> None:
    run(to=to)
    with pytest.raises(md.RequestError) as refused:
        run(**({"to": to, "resume": True} | asked))
    assert found in str(refused.value)
    assert_same(run(to=to, resume=True), run())


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"to": "x.nc"}, "to: found 'x.nc' does not end in .zarr"),
        ({"to": 3}, "to: found 3"),
        ({"to": "x.zarr", "record": "statistics"}, "to: found record='statistics'"),
        ({"to": "none/x.zarr"}, "none' does not exist"),
        ({"resume": True}, "resume: found True"),
        ({"to": "x.zarr", "engine": md.Hybrid("jump or flow")}, "to: found readings that switch"),
    ],
)
def test_bad_requests_are_refused_before_anything_runs(asked: dict[str, Any], found: str) -> None:
    with pytest.raises(md.RequestError) as refused:
        run(**asked)
    assert found in str(refused.value)
    assert not Path("x.zarr").exists()
