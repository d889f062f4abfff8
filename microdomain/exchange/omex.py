"""COMBINE archives in: the uniform time courses that a SED-ML document asks of an SBML model."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mechanisms.faults import Fault, ModelError
from mechanisms.model import Model
from mechanisms.network import Floats
from microdomain.exchange.sbml.read import read

SED_ML = "http://identifiers.org/combine.specifications/sed-ml"
ENGINES = {
    **dict.fromkeys(("KISAO:0000019", "KISAO:0000088", "KISAO:0000560", "KISAO:0000496", "KISAO:0000694"), "ode"),
    **dict.fromkeys(("KISAO:0000029", "KISAO:0000027", "KISAO:0000241", "KISAO:0000015"), "gillespie"),
    **dict.fromkeys(("KISAO:0000039", "KISAO:0000040"), "tau_leaping"),
}
"""The engine for an algorithm: CVODE, LSODA and others; Gillespie's methods and Gibson & Bruck's; tau-leaping."""

ERROR = 2
"""The severity from which a message of libsedml is no warning."""


@dataclass(frozen=True)
class TimeCourse:
    """One task: its name, the model, the times in s at which to record, from the start on, and the engine's name."""

    name: str
    model: Model
    times: Floats
    engine: str


def read_omex(path: str | os.PathLike[str]) -> list[TimeCourse]:
    """The uniform time courses of a COMBINE archive.

    Each is simulated by ``md.simulate(course.model, course.times, engine=course.engine)``. Raises OSError where there
    is no such file, ImportError without the extra, and ModelError for what is no archive with SED-ML, and with every
    task that is something else, every change of a model and every algorithm that is not known.
    """
    libcombine, libsedml = _libraries()
    name = Path(path).name
    if not Path(path).is_file():
        raise FileNotFoundError(f"there is no file '{path}'")
    archive = libcombine.CombineArchive()
    if not archive.initializeFromArchive(str(path)):
        raise ModelError(name, [Fault("archive", "no COMBINE archive", "a ZIP file with a manifest.xml")])
    try:
        return _courses(archive, libsedml, name)
    finally:
        archive.cleanUp()


def _courses(archive: Any, libsedml: Any, name: str) -> list[TimeCourse]:
    entry = archive.getMasterFile() or archive.getEntryByFormat("sed-ml") or archive.getEntryByFormat(SED_ML)
    if entry is None:
        raise ModelError(name, [Fault("archive", "no SED-ML document", "one, with uniform time courses")])
    document = libsedml.readSedMLFromString(archive.extractEntryToString(entry.getLocation()))
    errors = document.getErrorLog()
    serious = [errors.getError(i) for i in range(errors.getNumErrors())]
    found = [
        Fault(f"line {e.getLine()}", e.getMessage().strip(), "valid SED-ML") for e in serious if e.getSeverity() >= 2
    ]
    if found:
        raise ModelError(name, found)
    faults: list[Fault] = []
    courses = []
    for i in range(document.getNumTasks()):
        task = document.getTask(i)
        if task.getTypeCode() != libsedml.SEDML_TASK:
            faults.append(Fault(f"task '{task.getId()}'", task.getElementName(), "a task with one uniform time course"))
        elif course := _course(archive, libsedml, document, task, faults):
            courses.append(course)
    if faults or not courses:
        raise ModelError(name, faults or [Fault("document", "no task", "one with a uniform time course")])
    return courses


def _course(archive: Any, libsedml: Any, document: Any, task: Any, faults: list[Fault]) -> TimeCourse | None:
    where = f"task '{task.getId()}'"
    model = document.getModel(task.getModelReference())
    simulation = document.getSimulation(task.getSimulationReference())
    if model is None or simulation is None:
        faults.append(Fault(where, "a reference to no model or simulation", "ids that are in the document"))
        return None
    if simulation.getTypeCode() != libsedml.SEDML_SIMULATION_UNIFORMTIMECOURSE:
        faults.append(Fault(where, simulation.getElementName(), "a uniformTimeCourse"))
        return None
    if model.getNumChanges():
        faults.append(
            Fault(f"model '{model.getId()}'", f"{model.getNumChanges()} changes", "a model as it is in its file")
        )
    algorithm = simulation.getAlgorithm().getKisaoID() if simulation.getAlgorithm() else ""
    if algorithm not in ENGINES:
        faults.append(Fault(where, f"the algorithm '{algorithm}'", ", ".join(ENGINES)))
    source = model.getSource().removeprefix("./")
    entry = archive.getEntryByLocation(source) or archive.getEntryByLocation(f"./{source}")
    if entry is None:
        faults.append(Fault(f"model '{model.getId()}'", f"the source '{model.getSource()}'", "a file of the archive"))
    if faults:
        return None
    imported = read(archive.extractEntryToString(entry.getLocation()))
    steps = simulation.getNumberOfSteps() if simulation.isSetNumberOfSteps() else simulation.getNumberOfPoints()
    start, end = simulation.getOutputStartTime(), simulation.getOutputEndTime()
    recorded = np.linspace(start, end, steps + 1)
    if simulation.getInitialTime() < start:
        recorded = np.concatenate([[simulation.getInitialTime()], recorded])
    return TimeCourse(task.getId(), imported.model, recorded * imported.binding.seconds, ENGINES[algorithm])


def _libraries() -> tuple[Any, Any]:
    try:
        import libcombine
        import libsedml
    except ImportError as error:
        raise ImportError('COMBINE archives need an extra: pip install "microdomain[omex]"') from error
    return libcombine, libsedml
