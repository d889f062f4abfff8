"""Ctrl-C, SIGKILL and a full disk while a result is computed or written: what is on the disk can be opened."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import xarray as xr

from engines.loops.status import STOPPED

MODEL = """
import sys
import microdomain as md

print("begun", file=sys.stderr, flush=True)

model = md.Model("two_states")
cell = model.compartment("cell", 0.1)
model.species("A", cell, count=20)
model.species("B", cell)
model.reaction("A <-> B", k=1.0, k_back=0.5)
"""
LONG = ("--trajectories", "300000", "--t-end", "100", "--points", "11")
SHORT = ("--trajectories", "20", "--t-end", "100", "--points", "11")
CHUNK = 1000
"""Trajectories of ``LONG`` that are computed and written together."""
LARGE = ("--trajectories", "20000", "--t-end", "1", "--points", "21")
OLD = b"what was there before"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "model.py").write_text(MODEL)
    return tmp_path / "result.nc"


def begun(out: Path, *arguments: str, largest_file: int | None = None) -> subprocess.Popen[str]:
    """``microdomain run`` that has read its model, in a process whose files may have so many bytes."""
    script = "import resource, sys\nfrom microdomain.cli import main\n"
    if largest_file is not None:
        script += f"resource.setrlimit(resource.RLIMIT_FSIZE, ({largest_file}, {largest_file}))\n"
    command = [sys.executable, "-c", f"{script}sys.exit(main())", "run", "model.py", "--seed", "1", "--workers", "1"]
    process = subprocess.Popen(
        [*command, "--quiet", "--out", out.name, *arguments],
        cwd=out.parent,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert process.stderr.readline() == "begun\n"
    return process


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """The exit code, and what was said to stderr."""
    said = process.communicate(timeout=120)[1]
    return process.returncode, said


def finished(out: Path, *arguments: str) -> xr.Dataset:
    code, said = ended(begun(out, *arguments))
    assert code == 0, said
    with xr.open_dataset(out, engine="h5netcdf") as data:
        return data.load()


def test_ctrl_c_writes_what_is_finished_of_an_ensemble(out: Path) -> None:
    """The first trajectories of the whole result, and exit code 130."""
    whole = finished(out, *SHORT)
    process = begun(out, *LONG)
    time.sleep(1.5)
    process.send_signal(signal.SIGINT)
    code, said = ended(process)
    assert code == 130, said
    with xr.open_dataset(out, engine="h5netcdf") as kept:
        n = kept.sizes["trajectory"]
        assert 20 <= n < 300_000
        assert kept.trajectory.values.tolist() == list(range(n))
        xr.testing.assert_identical(kept.counts[:20].load().drop_attrs(), whole.counts.drop_attrs())
    assert [path.name for path in out.parent.glob(".*")] == []


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGKILL])
def test_a_store_loses_at_most_what_was_in_flight(out: Path, sent: signal.Signals) -> None:
    """It is stopped when some chunks are there; the first 20 trajectories are those of a short run, and it resumes."""
    pytest.importorskip("zarr")
    whole = finished(out, *SHORT)
    store = out.with_suffix(".zarr")
    process = begun(store, *LONG)
    while process.poll() is None and len(list(store.glob("counts/c/*"))) < 3:
        time.sleep(0.005)
    process.send_signal(sent)
    code, said = ended(process)
    assert code == (130 if sent == signal.SIGINT else -signal.SIGKILL), said
    with xr.open_zarr(store, consolidated=False) as kept:
        done = kept.status.values != STOPPED
        assert 2 * CHUNK <= done.sum() < 300_000
        assert done[: done.sum()].all()
        assert kept.counts.values[:20].tolist() == whole.counts.values.tolist()
    process = begun(store, *LONG, "--resume")
    while process.poll() is None and len(list(store.glob("counts/c/*"))) < 3 + done.sum() // CHUNK:
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    assert ended(process)[0] == 130
    with xr.open_zarr(store, consolidated=False) as kept:
        assert (kept.status.values != STOPPED).sum() > done.sum()


def test_a_full_disk_leaves_a_store_that_opens(out: Path) -> None:
    """Files may have 10,000 bytes, and a chunk of counts has more."""
    pytest.importorskip("zarr")
    store = out.with_suffix(".zarr")
    code, said = ended(begun(store, *LARGE, largest_file=10_000))
    assert code == 2, said
    assert said.startswith("microdomain: 'result.zarr' could not be written: ")
    assert "Traceback" not in said
    if store.exists():
        with xr.open_zarr(store, consolidated=False) as kept:
            assert (kept.status.values == STOPPED).all()


@pytest.mark.parametrize("after", [0.0, 1.0])
def test_a_kill_leaves_what_was_there(out: Path, after: float) -> None:
    """While it is computed."""
    out.write_bytes(OLD)
    process = begun(out, *LONG)
    time.sleep(after)
    process.kill()
    assert ended(process)[0] == -signal.SIGKILL
    assert out.read_bytes() == OLD


def test_a_kill_while_it_writes_leaves_what_was_there(out: Path) -> None:
    """It is killed as soon as the new file appears beside the old one."""
    out.write_bytes(OLD)
    process = begun(out, *LARGE)
    while process.poll() is None and not any(out.parent.glob(".result.*.nc")):
        time.sleep(0.0005)
    process.kill()
    code, said = ended(process)
    assert code == -signal.SIGKILL, said
    assert out.read_bytes() == OLD


def test_a_full_disk_is_an_error_and_leaves_what_was_there(out: Path) -> None:
    """Files may have 100,000 bytes, and the result has more."""
    out.write_bytes(OLD)
    code, said = ended(begun(out, *LARGE, largest_file=100_000))
    assert code == 2, said
    assert said.startswith("microdomain: 'result.nc' could not be written: ")
    assert "Traceback" not in said
    assert out.read_bytes() == OLD
    assert [path.name for path in out.parent.glob(".*")] == []
