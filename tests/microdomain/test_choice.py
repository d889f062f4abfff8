"""What a user sees of a choice: text, HTML, a figure, a file, and the command."""

from __future__ import annotations

from pathlib import Path

import pytest
import xarray as xr

import microdomain as md
from engines.choice.table import Choice
from microdomain.cli import main

MODEL = """
import microdomain as md

def births(volume="0.02 fL"):
    model = md.Model("births")
    model.species("A", model.compartment("cell", volume), "1 uM")
    model.reaction("0 <-> A", k="1 uM/s", k_back="1 1/s")
    return model
"""


@pytest.fixture(scope="module")
def choice() -> Choice:
    """Of births and deaths at 12 and 12,000 molecules, and of two places."""
    model = md.Model("two places")
    for name, volume in (("small", "0.02 fL"), ("large", "20 fL")):
        model.species("A", model.compartment(name, volume), "1 uM")
    model.reaction("0 <-> A.small", k="1 uM/s", k_back="1 1/s")
    model.reaction("0 <-> A.large", k="1 uM/s", k_back="1 1/s")
    return md.choose(model, ["0.02 fL", "2 fL"], tolerance=0.1, budget=0.5)


def test_the_text_fits_a_terminal_and_has_every_volume_and_place(choice: Choice) -> None:
    text = str(choice)
    assert max(map(len, text.splitlines())) <= 88
    assert text.startswith("two places: distribution within 0.1, densities fixed")
    rows = [line.split() for line in text.splitlines()]
    assert [row[2] for row in rows if row[:2] == ["0.02", "fL"]] == ["small"]
    assert sum(row[:1] == ["large"] for row in rows) == 2
    assert "0.02 fL: " in text
    assert "of processor per simulated second" in text


def test_the_html_has_the_same_rows(choice: Choice) -> None:
    page = choice._repr_html_()
    assert page.count("<tr>") == 1 + choice.data.sizes["volume"] * choice.data.sizes["compartment"]
    assert "<th>flips at</th>" in page
    assert page.count("<li>") == 2


def test_the_figure_marks_the_choice_at_every_volume(choice: Choice) -> None:
    figure = md.plot(choice)
    left, right = figure.axes
    rings = [line for line in right.lines if line.get_fillstyle() == "none"]
    assert len(rings) == choice.data.sizes["volume"]
    assert left.get_xscale() == left.get_yscale() == "log"


def test_the_numbers_survive_a_file(choice: Choice, tmp_path: Path) -> None:
    from engines.files import write_dataset

    write_dataset(choice.data, tmp_path / "choice.nc")
    with xr.open_dataset(tmp_path / "choice.nc", engine="h5netcdf") as again:
        assert again.reading.values.tolist() == choice.data.reading.values.tolist()
        assert again.candidate_audited.values == pytest.approx(choice.data.candidate_audited.values, nan_ok=True)
        assert again.attrs["tolerance"] == 0.1


def test_the_command_chooses_writes_and_draws(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.py").write_text(MODEL)
    files = [tmp_path / f"choice{suffix}" for suffix in (".nc", ".html", ".png")]
    options = [
        part for name, path in zip(("--out", "--html", "--plot"), files, strict=True) for part in (name, str(path))
    ]
    given = [f"{tmp_path}/mine.py:births", "--volumes", "0.02fL", "2fL", "--tolerance", "0.1", "--budget", "0.2"]
    assert main(["choose", *given, *options]) == 0
    assert "births: distribution within 0.1" in capsys.readouterr().out
    assert all(path.stat().st_size > 1000 for path in files)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--volumes", "0"], "a number of fL above 0"),
        (["--tolerance", "3"], "between 0 and 1"),
        (["--engines", "langevine"], "Did you mean 'langevin'"),
        (["--observable", "event rate", "--of", "A"], "one of the two"),
        (["--plot", "choice.jpg"], "does not end in"),
    ],
)
def test_the_command_refuses_bad_input(
    options: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.py").write_text(MODEL)
    assert main(["choose", f"{tmp_path}/mine.py:births", *options]) == 2
    assert message in capsys.readouterr().err
