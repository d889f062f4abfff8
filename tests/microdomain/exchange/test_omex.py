"""COMBINE archives: a uniform time course of an SBML model, run as it is asked, and what is refused by name."""

import zipfile
from pathlib import Path

import numpy as np
import pytest

import microdomain as md
from microdomain import cli

MANIFEST = """<?xml version="1.0" encoding="UTF-8"?>
<omexManifest xmlns="http://identifiers.org/combine.specifications/omex-manifest">
  <content location="." format="http://identifiers.org/combine.specifications/omex"/>
  <content location="./model.xml" format="http://identifiers.org/combine.specifications/sbml"/>
  <content location="./study.sedml" format="http://identifiers.org/combine.specifications/sed-ml" master="true"/>
</omexManifest>
"""
STUDY = """<?xml version="1.0" encoding="UTF-8"?>
<sedML xmlns="http://sed-ml.org/sed-ml/level1/version3" level="1" version="3">
  <listOfSimulations>
    <uniformTimeCourse id="course" initialTime="0" outputStartTime="{start}" outputEndTime="10" numberOfPoints="20">
      <algorithm kisaoID="{algorithm}"/>
    </uniformTimeCourse>
    <steadyState id="rest"><algorithm kisaoID="KISAO:0000282"/></steadyState>
  </listOfSimulations>
  <listOfModels>
    <model id="decay" language="urn:sedml:language:sbml" source="./{source}">{changes}</model>
  </listOfModels>
  <listOfTasks>
    <task id="run" modelReference="decay" simulationReference="{simulation}"/>
  </listOfTasks>
</sedML>
"""
CHANGE = '<listOfChanges><changeAttribute target="/sbml:sbml/sbml:model" newValue="2"/></listOfChanges>'


def archive(folder: Path, **given: str) -> Path:
    """An archive with the decay of 1000 molecules at 0.3 1/s."""
    model = md.Model("decay")
    cell = model.compartment("cell", 1.0)
    model.species("A", cell, count=1000)
    model.reaction("A -> 0", k=0.3)
    said = {"start": "0", "algorithm": "KISAO:0000019", "source": "model.xml", "changes": "", "simulation": "course"}
    path = folder / "study.omex"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("manifest.xml", MANIFEST)
        file.writestr("model.xml", md.write_sbml(model))
        file.writestr("study.sedml", STUDY.format(**(said | given)))
    return path


def test_a_time_course_is_run_as_it_is_asked(tmp_path: Path) -> None:
    (course,) = md.read_omex(archive(tmp_path))
    assert (course.name, course.engine) == ("run", "ode")
    assert course.times == pytest.approx(np.linspace(0, 10, 21))
    data = md.simulate(course.model, course.times, engine=course.engine, progress=False)
    assert data.counts.values[0, :, 0] == pytest.approx(1000 * np.exp(-0.3 * course.times), rel=1e-5)


def test_the_simulation_begins_before_what_is_recorded(tmp_path: Path) -> None:
    (course,) = md.read_omex(archive(tmp_path, start="4", algorithm="KISAO:0000029"))
    assert course.engine == "gillespie"
    assert course.times == pytest.approx([0.0, *np.linspace(4, 10, 21)])


def test_the_command_takes_engine_and_times_from_the_archive(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = archive(tmp_path)
    assert cli.main(["run", str(path)]) == 0
    text = capsys.readouterr().out
    assert "engine ode" in text
    assert "over 0 to 10 s" in text
    assert cli.main(["run", str(path), "--engine", "ssa", "--seed", "1", "--t-end", "3"]) == 0
    text = capsys.readouterr().out
    assert "engine gillespie" in text
    assert "over 0 to 3 s" in text


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"simulation": "rest"}, "task 'run': found steadyState; allowed: a uniformTimeCourse"),
        ({"changes": CHANGE}, "model 'decay': found 1 changes"),
        ({"algorithm": "KISAO:0000437"}, "the algorithm 'KISAO:0000437'"),
        ({"source": "other.xml"}, "the source './other.xml'; allowed: a file of the archive"),
        ({"start": "11"}, "found 0, 11, 10 in 20 steps"),
        ({"start": "soon"}, "numbers for initialTime, outputStartTime, outputEndTime and numberOfSteps"),
        ({"simulation": "nothing"}, "a reference to 'nothing'; allowed: the id of one in its listOfSimulations"),
    ],
)
def test_what_is_not_supported_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], given: dict[str, str], said: str
) -> None:
    path = archive(tmp_path, **given)
    with pytest.raises(md.ModelError) as refused:
        md.read_omex(path)
    assert said in str(refused.value)
    assert cli.main(["run", str(path)]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "broken.omex").write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(md.ModelError, match="no COMBINE archive"):
        md.read_omex(tmp_path / "broken.omex")
    with zipfile.ZipFile(tmp_path / "other.omex", "w") as file:
        file.writestr("model.xml", "<sbml/>")
    with pytest.raises(md.ModelError, match=r"no manifest\.xml"):
        md.read_omex(tmp_path / "other.omex")
    with zipfile.ZipFile(tmp_path / "torn.omex", "w") as file:
        file.writestr("manifest.xml", MANIFEST)
        file.writestr("study.sedml", "<sedML><listOfTasks>")
    with pytest.raises(md.ModelError, match="allowed: well-formed XML"):
        md.read_omex(tmp_path / "torn.omex")
    with pytest.raises(FileNotFoundError):
        md.read_omex(tmp_path / "none.omex")
