"""COMBINE archives in: the uniform time courses that a SED-ML document asks of an SBML model.

The archive is a ZIP file with a manifest, and of SED-ML little is wanted, so both are read as XML here: python-libsedml
and python-libcombine, loaded beside python-libsbml, make the lists of that library come out empty.
"""

from __future__ import annotations

import os
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from mechanisms.faults import Fault, ModelError
from mechanisms.model import Model
from mechanisms.network import Floats
from microdomain.exchange.sbml.read import read

ENGINES = {
    **dict.fromkeys(("KISAO:0000019", "KISAO:0000088", "KISAO:0000560", "KISAO:0000496", "KISAO:0000694"), "ode"),
    **dict.fromkeys(("KISAO:0000029", "KISAO:0000027", "KISAO:0000241", "KISAO:0000015"), "gillespie"),
    **dict.fromkeys(("KISAO:0000039", "KISAO:0000040"), "tau_leaping"),
}
"""The engine for an algorithm: CVODE, LSODA and others; Gillespie's methods and Gibson & Bruck's; tau-leaping."""
MANIFEST = "manifest.xml"
TIMES = ("initialTime", "outputStartTime", "outputEndTime")
STEPS = ("numberOfSteps", "numberOfPoints")
"""What Level 1 Version 4 of SED-ML calls steps was called points before."""
Element = ElementTree.Element


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
    is no such file, and ModelError for what is no archive with SED-ML, and with every task that is something else,
    every change of a model and every algorithm that is not known.
    """
    name = Path(path).name
    try:
        with zipfile.ZipFile(path) as archive:
            return _Study(archive, name).courses()
    except (zipfile.BadZipFile, zlib.error, RuntimeError) as error:  # the last of encrypted and of unknown compression
        found = f"no COMBINE archive that can be read ({error})"
        raise ModelError(name, [Fault("archive", found, f"a ZIP file with a {MANIFEST}")]) from None


class _Study:
    """The SED-ML document of an archive."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self.archive, self.name = archive, name
        self.files = set(archive.namelist())
        self.faults: list[Fault] = []
        if MANIFEST not in self.files:
            raise ModelError(name, [Fault("archive", f"no {MANIFEST}", "a COMBINE archive")])
        listed = [item for item in self.parsed(MANIFEST).iter() if "sed-ml" in item.get("format", "")]
        if not listed:
            raise ModelError(name, [Fault("archive", "no SED-ML document", "one, with uniform time courses")])
        chosen = next((item for item in listed if item.get("master") in ("true", "1")), listed[0])
        self.folder, document = posixpath.split(posixpath.normpath(chosen.get("location", "")))
        self.root = self.parsed(posixpath.join(self.folder, document))

    def parsed(self, file: str) -> Element:
        """A file of the archive as XML."""
        try:
            return ElementTree.fromstring(self.archive.read(file))
        except KeyError:
            raise ModelError(self.name, [Fault("archive", f"no file '{file}'", "what its manifest lists")]) from None
        except ElementTree.ParseError as error:
            raise ModelError(self.name, [Fault(file, str(error), "well-formed XML")]) from None

    def courses(self) -> list[TimeCourse]:
        tasks = list(self.listed("listOfTasks"))
        found = [course for task in tasks if (course := self.course(task))]
        if not tasks:
            self.faults.append(Fault("document", "no task", "one with a uniform time course"))
        if self.faults:
            raise ModelError(self.name, dict.fromkeys(self.faults))
        return found

    def listed(self, of: str) -> Iterator[Element]:
        """The members of a list."""
        for part in self.root.iter():
            if _kind(part) == of:
                yield from part

    def course(self, task: Element) -> TimeCourse | None:
        """What a task asks for, or None beside a fault."""
        where, before = f"task '{task.get('id')}'", len(self.faults)
        if _kind(task) != "task":
            self.faults.append(Fault(where, _kind(task), "a task with one uniform time course"))
            return None
        model = self.named("listOfModels", task.get("modelReference"), where)
        simulation = self.named("listOfSimulations", task.get("simulationReference"), where)
        if model is None or simulation is None:
            return None
        times = self.times(simulation, where)
        engine = self.engine(simulation, where)
        file = self.source(model)
        if len(self.faults) > before:
            return None
        imported = read(self.archive.read(file).decode("utf-8-sig", errors="replace"))
        return TimeCourse(task.get("id", ""), imported.model, times * imported.binding.seconds, engine)

    def named(self, of: str, name: str | None, where: str) -> Element | None:
        for part in self.listed(of):
            if part.get("id") == name:
                return part
        self.faults.append(Fault(where, f"a reference to '{name}'", f"the id of one in its {of}"))
        return None

    def times(self, simulation: Element, where: str) -> Floats:
        """In the document's unit: the start, where it is earlier, and what is recorded."""
        if _kind(simulation) != "uniformTimeCourse":
            self.faults.append(Fault(where, _kind(simulation), "a uniformTimeCourse"))
            return np.zeros(1)
        try:
            initial, start, end = (float(simulation.attrib[name]) for name in TIMES)
            steps = int(next(simulation.attrib[name] for name in STEPS if name in simulation.attrib))
        except (KeyError, ValueError, StopIteration):
            self.faults.append(Fault(where, f"{simulation.attrib}", f"numbers for {', '.join(TIMES)} and {STEPS[0]}"))
            return np.zeros(1)
        if not (initial <= start < end < np.inf and steps >= 1):
            found = f"{initial:g}, {start:g}, {end:g} in {steps} steps"
            self.faults.append(Fault(where, found, f"{' <= '.join(TIMES[:2])} < {TIMES[2]}, 1 step or more"))
            return np.zeros(1)
        recorded = np.linspace(start, end, steps + 1)
        return np.concatenate([[initial], recorded]) if initial < start else recorded

    def engine(self, simulation: Element, where: str) -> str:
        algorithm = next((part.get("kisaoID", "") for part in simulation if _kind(part) == "algorithm"), "")
        if algorithm not in ENGINES and _kind(simulation) == "uniformTimeCourse":
            self.faults.append(Fault(where, f"the algorithm '{algorithm}'", ", ".join(ENGINES)))
        return ENGINES.get(algorithm, "")

    def source(self, model: Element) -> str:
        """The file of a model in the archive."""
        where, source = f"model '{model.get('id')}'", model.get("source", "")
        changes = sum(len(part) for part in model if _kind(part) == "listOfChanges")
        if changes:
            self.faults.append(Fault(where, f"{changes} changes", "a model as its file has it"))
        file = posixpath.normpath(posixpath.join(self.folder, source))
        if file not in self.files:
            self.faults.append(Fault(where, f"the source '{source}'", "a file of the archive"))
        return file


def _kind(part: Element) -> str:
    """The name of an element without its namespace."""
    return part.tag.rpartition("}")[2]
