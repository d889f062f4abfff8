"""A document: read by libsbml, its errors, and what it holds that is not supported, all of it listed."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mechanisms.faults import Fault, ModelError

REMEDY = "a model without it"
TOLERATED = (1001, 1002, 10310, 20203, 20409, 20413, 21103, 21121, 21123)
"""Errors by libsbml's numbers that leave no doubt about what is meant: XML that does not name its version or encoding,
ids of unusual form, empty lists, and species in a kinetic law that are not listed as modifiers.
"""
_OF_A_DRAWING = re.compile(r"package '(layout|render)\w*' cannot be used|Package (layout|render) Version")
"""In messages about how a model is drawn, which does not change what it says."""


class UnsupportedSBML(ModelError):
    """Valid SBML that says what this project cannot: every construct, and where it stands."""


def read_document(given: str | os.PathLike[str]) -> Any:
    """The libsbml document of a path or of text, with comp models flattened.

    Raises OSError where there is no such file, ModelError with libsbml's messages and their lines where the document is
    no valid SBML, and UnsupportedSBML where it needs a package that is not supported.
    """
    import libsbml

    text, name, folder = _text_of(given)
    document = libsbml.readSBMLFromString(text)
    _raise_errors(document, name)
    _flatten(document, name, folder)
    _refuse_packages(document, name)
    if document.getModel() is None:
        raise ModelError(name, [Fault("document", "no model", "one model")])
    for category in ("UNITS_CONSISTENCY", "SBO_CONSISTENCY", "MODELING_PRACTICE"):
        document.setConsistencyChecks(getattr(libsbml, f"LIBSBML_CAT_{category}"), False)
    document.getErrorLog().clearLog()  # libsbml checks no further where it has found an error
    document.checkConsistency()
    _raise_errors(document, name)
    return document


def name_of(document: Any) -> str:
    """What the model is called."""
    model = document.getModel()
    return model.getId() or model.getName() or "SBML model"


def _text_of(given: str | os.PathLike[str]) -> tuple[str, str, str]:
    """The text, what to call it, and the folder in which other documents are that it names."""
    if isinstance(given, str) and ("<" in given or "\n" in given):
        return given.lstrip("\ufeff \t\r\n"), "SBML text", "."
    path = Path(given)
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig").lstrip(), path.name, str(path.parent)
    except UnicodeDecodeError:
        return data.decode("latin-1").lstrip(), path.name, str(path.parent)


def _raise_errors(document: Any, name: str) -> None:
    faults = []
    for i in range(document.getNumErrors()):
        error = document.getError(i)
        message = " ".join(error.getMessage().split())
        told = error.isFatal() or (error.isError() and not _OF_A_DRAWING.search(message))
        if told and error.getErrorId() not in TOLERATED:
            fault = Fault(f"line {error.getLine()}", message.rstrip("."), f"valid SBML (rule {error.getErrorId()})")
            if fault not in faults:
                faults.append(fault)
    if faults:
        raise ModelError(name, faults)


def _refuse_packages(document: Any, name: str) -> None:
    faults = [
        Fault(f"package '{prefix}'", "a package that the model cannot be read without", REMEDY)
        for prefix in sorted(_required_packages(document))
        if prefix not in ("comp", "distrib")
    ]
    if document.getModel() is not None and document.getModel().isPackageEnabled("fbc"):
        without = [r.getId() for r in document.getModel().getListOfReactions() if not r.isSetKineticLaw()]
        if without:
            found = (
                f"a flux balance problem, reaction '{without[0]}' and {len(without) - 1} others without kinetic laws"
            )
            faults.append(Fault("package 'fbc'", found, "a model with kinetic laws"))
    if faults:
        raise UnsupportedSBML(name, faults)


def _required_packages(document: Any) -> Iterator[str]:
    for i in range(document.getNumPlugins()):
        plugin = document.getPlugin(i)
        prefix = plugin.getPackageName()
        if prefix not in ("core", "l3v2extendedmath", "layout", "render") and document.getPackageRequired(prefix):
            yield prefix
    for i in range(document.getNumUnknownPackages()):
        if document.getPackageRequired(document.getUnknownPackagePrefix(i)):
            yield document.getUnknownPackagePrefix(i)


def _flatten(document: Any, name: str, folder: str) -> None:
    """Write submodels out; what other documents define is read from ``folder``."""
    import libsbml

    if document.getPlugin("comp") is None:
        return
    properties = libsbml.ConversionProperties()
    for option, value in (("flatten comp", True), ("performValidation", False), ("basePath", folder)):
        properties.addOption(option, value)
    document.setLocationURI(f"file:{folder}/")
    if document.convert(properties) != libsbml.LIBSBML_OPERATION_SUCCESS:
        errors = [document.getError(i) for i in range(document.getNumErrors())]
        told = [" ".join(error.getMessage().split()) for error in errors if error.isError() or error.isFatal()]
        found = "; ".join(told) or "submodels"
        raise UnsupportedSBML(name, [Fault("package 'comp'", found, "submodels that can be flattened")])
