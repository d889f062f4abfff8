"""The command: what it prints, writes and refuses."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import microdomain as md
from engines import files
from microdomain import cli

DIMER = """
import microdomain as md


def dimer(k="0.5 1/uM/s", a=1.0):
    m = md.Model("dimer")
    cytosol = m.compartment("cytosol", "0.1 fL")
    m.species("A", cytosol, a)
    m.species("B", cytosol)
    m.parameter("k", 0.5, "1/uM/s", source="assumed: a test")
    m.parameter("back", 0.1, "1/s", source="assumed: a test")
    m.reaction("2 A <-> B", k="k", k_back="back")
    return m


ready = dimer()


def faulty():
    m = md.Model("faulty")
    m.species("A", m.compartment("cytosol", "-1 fL"), "1 mV")
    m.reaction("A -> Ca", k=1)
    return m


def broken():
    return 1 / 0


def two():
    m = dimer()
    m.compartment("er", 1)
    return m
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "own.py").write_text(DIMER)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> int:
    return cli.main(["run", *arguments])


def test_the_table_fits_80_columns_and_says_what_happened(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("own.py:dimer", "--t-end", "2", "--trajectories", "20", "--seed", "3", "--set", "a=2") == 0
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= 80
    assert "dimer, engine gillespie, 20 trajectories, seed 3" in text
    assert "how runs ended            20 finished" in text
    data = md.simulate(_dimer(2.0), np.linspace(0, 2, 201), engine="gillespie", trajectories=20, seed=3)
    row = next(line.split() for line in text.splitlines() if line.startswith("A.cytosol"))
    a = data.concentration.sel(species="A.cytosol").values
    expected = [a[:, -1].mean(), a[:, -1].std(ddof=1), a.mean(), a.std(), a.min(), a.max()]
    assert [float(cell) for cell in row[2:]] == pytest.approx(expected, rel=1e-3)
    assert f"{int(data.events.sum()):,}" in text


def _dimer(a: float) -> md.Model:
    model = md.Model("dimer")
    cytosol = model.compartment("cytosol", 0.1)
    model.species("A", cytosol, a)
    model.species("B", cytosol)
    model.reaction("2 A <-> B", k=0.5, k_back=0.1)
    return model


def test_statistics_and_mean_field_have_tables_too(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("own.py:ready", "--t-end", "2", "--trajectories", "50", "--statistics", "--seed", "1") == 0
    assert "50 trajectories" in capsys.readouterr().out
    assert run("own.py:ready", "--t-end", "2", "--engine", "ode", "--rtol", "1e-8", "--atol", "1e-8") == 0
    assert "steps of the integrator" in capsys.readouterr().out


@pytest.mark.parametrize("suffix", [".nc", ".zarr"])
def test_what_is_written_is_what_was_computed(own: Path, suffix: str) -> None:
    if suffix == ".zarr":
        pytest.importorskip("zarr")
    arguments = ("own.py:dimer", "--t-end", "2s", "--points", "11", "--trajectories", "4", "--seed", "5", "--quiet")
    path = own / f"result{suffix}"
    for volume in ("0.1fL", "0.3fL")[suffix == ".zarr" :]:  # the second run replaces the first
        assert run(*arguments, "--volume", volume, "--set", "back=0.2", "--out", str(path)) == 0
    data = xr.open_zarr(path, consolidated=False) if suffix == ".zarr" else xr.open_dataset(path, engine="h5netcdf")
    with data:
        assert dict(data.sizes) == {"trajectory": 4, "time": 11, "species": 2, "quantities": 0}
        parameters = json.loads(data.attrs["parameters"])
        assert parameters["back"] == "0.2 1/s"
        assert parameters["cytosol.volume"] == "0.3 fL"
        changed = _dimer(1.0).changed(volumes={"cytosol": 0.3})
        changed.reactions.clear()
        changed.reaction("2 A <-> B", k=0.5, k_back=0.2)
        again = md.simulate(changed, np.linspace(0, 2, 11), engine="gillespie", trajectories=4, seed=5)
        np.testing.assert_array_equal(data.counts, again.counts)
    assert sorted(p.name for p in own.iterdir() if p.name.startswith(".")) == []


def test_a_failing_disk_leaves_the_old_file_alone(
    own: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = own / "result.nc"
    path.write_text("old")

    def full(file: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    assert run("own.py:ready", "--t-end", "1", "--out", str(path)) == 2
    printed = capsys.readouterr()
    assert "No space left on device" in printed.err
    assert "how runs ended" in printed.out
    assert path.read_text() == "old"
    assert {p.name for p in own.iterdir()} - {"__pycache__"} == {"own.py", "result.nc"}


def test_an_ensemble_in_a_store_is_resumed_and_never_replaced(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("zarr")
    arguments = ("own.py:dimer", "--t-end", "2", "--points", "3", "--trajectories", "4", "--out", str(own / "x.zarr"))
    assert run(*arguments) == 0
    first = capsys.readouterr().out
    assert run(*arguments) == 2
    assert "--resume" in capsys.readouterr().err
    assert run(*arguments, "--resume") == 0
    assert capsys.readouterr().out.splitlines()[:7] == first.splitlines()[:7]
    assert run("own.py:dimer", "--resume") == 2
    assert "--out FILE.zarr" in capsys.readouterr().err


def test_a_folder_that_is_no_zarr_store_is_never_replaced(own: Path) -> None:
    pytest.importorskip("zarr")
    (own / "thesis.zarr").mkdir()
    (own / "thesis.zarr" / "chapter").write_text("all of it")
    assert "no Zarr store" in files.check_destination(own / "thesis.zarr")


def test_without_zarr_the_extra_is_named(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert 'pip install "microdomain[zarr]"' in files.check_destination(own / "x.zarr")


def test_a_picture_is_drawn(own: Path) -> None:
    assert run("own.py:ready", "--t-end", "1", "--quiet", "--plot", "picture.png") == 0
    assert (own / "picture.png").read_bytes().startswith(b"\x89PNG")


def test_a_stop_keeps_what_is_finished(
    own: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    simulate = md.simulate

    def stopped(model: md.Model, times: object, **given: object) -> None:
        finished = simulate(model, 1, engine="gillespie", trajectories=3, seed=1)
        raise md.Interrupted("3 of 100 trajectories are finished: see .result", finished)

    monkeypatch.setattr("engines.simulate.simulate", stopped)
    assert run("own.py:ready", "--trajectories", "100", "--out", "kept.nc") == 130
    assert "3 of 100 trajectories are finished" in capsys.readouterr().err
    with xr.open_dataset(own / "kept.nc", engine="h5netcdf") as data:
        assert data.sizes["trajectory"] == 3


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ip3_microdomian"], ["no model 'ip3_microdomian'", "Did you mean 'ip3_microdomain'?"]),
        (["own.py:dimr"], ["no model 'dimr'", "Did you mean 'dimer'?"]),
        (["none.py:x"], ["no file 'none.py'"]),
        (["own.py:faulty"], ["3 faults", "'-1 fL'", "'1 mV'", "'Ca'"]),
        (["own.py:broken"], ["own.py, line", "ZeroDivisionError"]),
        (["own.py:ready", "--set", "bakc=1"], ["no 'bakc' to set", "Did you mean 'back'?"]),
        (["own.py:ready", "--set", "k=1 uM"], ["parameter 'k'", "'1 uM'", "1/uM/s"]),
        (["own.py:ready", "--volume", "-1fL"], ["--volume", "'-1fL'", "above 0"]),
        (["own.py:ready", "--volume", "1 mV"], ["--volume", "'1 mV'", "fL"]),
        (["own.py:two", "--volume", "1fL"], ["cytosol, er", "volume="]),
        (["own.py:ready", "--engine", "gilespie"], ["'gilespie'", "Did you mean 'gillespie'?"]),
        (["own.py:ready", "--engine", "ode", "--trajectories", "3"], ["no noise"]),
        (["own.py:ready", "--t-end", "5mV"], ["--t-end", "'5mV'"]),
        (["own.py:ready", "--t-end", "-5"], ["--t-end", "later than 0"]),
        (["own.py:ready", "--points", "1"], ["--points 1"]),
        (["own.py:ready", "--out", "nowhere/x.nc"], ["nowhere", "does not exist"]),
        (["own.py:ready", "--out", "x.csv", "--plot", "x.gif"], [".nc or .zarr", ".png"]),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, list) and len(given) < 5 else None,
)
def test_mistakes_are_answered_in_plain_text(
    own: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: list[str]
) -> None:
    assert run(*arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "Traceback" not in printed.err
    for part in said:
        assert part in printed.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "ip3_microdomain", "--engien", "ode"], "did you mean '--engine'?"),
        (["run", "ip3_microdomain", "--set", "ip3"], "'ip3' is not NAME=VALUE"),
        (["rnu"], "choose from"),
        ([], "COMMAND"),
    ],
)
def test_unknown_options_and_commands(capsys: pytest.CaptureFixture[str], arguments: list[str], said: str) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_list_and_show_name_everything_in_the_library(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["list"]) == 0
    listed = capsys.readouterr().out
    for name in (*md.models.MODELS, *md.mechanisms.MECHANISMS):
        assert f"  {name} " in listed
        assert cli.main(["show", name]) == 0
        assert name in capsys.readouterr().out.splitlines()[0]
    assert cli.main(["show", "erleak"]) == 2
    assert "Did you mean 'ERLeak'?" in capsys.readouterr().err


@pytest.mark.parametrize("command", [[], ["list"], ["show"], ["run"], ["demo"]])
def test_every_help_has_examples(capsys: pytest.CaptureFixture[str], command: list[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main([*command, "--help"])
    text = capsys.readouterr().out
    assert "examples:" in text
    assert max(map(len, text.splitlines())) <= 80


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; from microdomain.cli import _parser; _parser(); "
        "print([m for m in ('numpy', 'numba', 'xarray', 'matplotlib', 'pint', 'sympy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=_environment())
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", ["engines", "mechanisms"])
def test_a_package_that_shadows_ours_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").write_text("")
    done = subprocess.run(
        [sys.executable, "-c", "import microdomain"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env=_environment(),
    )
    assert done.returncode != 0
    message = done.stderr.splitlines()[-1]
    assert message.startswith(f"ImportError: microdomain needs its own package '{name}'")
    assert str(tmp_path / name) in message


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(md.__file__).parents[1])}


def test_a_space_between_a_volume_and_its_unit_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["choose", "ip3_microdomain", "--volumes", "0.05", "fL", "1fL"]) == 2
    assert "--volumes: found 'fL' alone; allowed: 0.05fL, or in quotes \"0.05 fL\"" in capsys.readouterr().err


def test_a_file_of_sbml_is_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By the name that others give to the exact engine, too; what it says that is not supported is a sentence."""
    path = tmp_path / "model.xml"
    md.write_sbml(_dimer(2.0), path)
    assert run(str(path), "--engine", "ssa", "--t-end", "1", "--seed", "1", "--workers", "1") == 0
    assert "dimer, engine gillespie, 1 trajectory, seed 1" in capsys.readouterr().out
    path.write_text(path.read_text().replace("<ci>A</ci>", "<ci>B</ci></apply></math>", 1))
    assert run(str(path)) == cli.FAILED
    assert "microdomain: model 'model.xml' has 1 fault:" in capsys.readouterr().err
