"""The model that a command line means: of the library or of a user's file, with its values changed."""

from __future__ import annotations

import ast
import importlib.util
import inspect
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mechanisms.faults import ModelError, nearest
from mechanisms.units import UnitError, magnitude

if TYPE_CHECKING:
    from mechanisms.model import Model
    from microdomain.exchange.omex import TimeCourse

Builder = Callable[..., "Model"]


READERS = {".net": "read_bionetgen", ".xml": "read_sbml", ".sbml": "read_sbml", ".omex": "read_omex"}
"""What reads a model from a file, by the end of its name."""


class UsageError(ValueError):
    """Something on the command line that cannot be done: what, and what can."""


def find_model(
    name: str, settings: Mapping[str, str] | None = None, volume: str | None = None, found: Model | None = None
) -> Model:
    """The model called ``name``, with values set; ``found``: the model, where it was read already.

    name: a model of the library, "path/to/file.py:name" of a Model or of a function that returns one, or a file in
        one of the formats of READERS.
    settings: values by keyword argument of the model's function, or by full name of a parameter.
    volume: of the microdomain, such as "0.1 fL": the ``volume`` argument of the function, or that of the one
        compartment.
    Raises UsageError for an unknown name, or where it is not clear what the volume belongs to.
    """
    if volume is not None:
        _check_volume(volume)
    made: Any = _found(name) if found is None else found
    accepted = () if _is_model(made) else tuple(inspect.signature(made).parameters)
    given = {key: _value(text) for key, text in (settings or {}).items() if key in accepted}
    others = {key: text for key, text in (settings or {}).items() if key not in accepted}
    if volume is not None and "volume" in accepted:
        given["volume"] = volume
        volume = None
    with _users_code(name):
        model = made if _is_model(made) else made(**given)
    if not _is_model(model):
        raise UsageError(f"'{name}' returns {type(model).__name__}, not a Model")
    for key in others:
        if key not in model.parameters:
            raise UsageError(unknown(f"'{key}' to set", key, [*accepted, *model.parameters]))
    if others:
        model = model.changed(parameters=others)
    if volume is not None:
        model = _resized(model, volume)
    result: Model = model
    return result


def unknown(what: str, name: str, known: Iterable[str]) -> str:
    """A message about a name that does not exist: the nearest one, and all of them."""
    names = list(known)
    near = nearest(name, names, cutoff=0.4)
    hint = f" Did you mean '{near}'?" if near else ""
    return f"there is no {what}.{hint} There is: {', '.join(names) or 'nothing'}."


def is_file_of_model(name: str) -> bool:
    """Whether a name ends like that of a file that can be read as a model."""
    return Path(name).suffix.lower() in READERS


def _found(name: str) -> Any:
    if is_file_of_model(name):
        return _imported(name)
    return _in_file(name) if ".py" in name else _in_library(name)


def _in_library(name: str) -> Builder:
    from mechanisms.models import MODELS

    if name not in MODELS:
        unknown_name = unknown(f"model '{name}'", name, MODELS)
        raise UsageError(
            f"{unknown_name} Your own model is given as path/to/file.py:name, or as a file ({', '.join(READERS)})."
        )
    return MODELS[name]


def _imported(name: str) -> Any:
    import microdomain

    if not Path(name).is_file():
        raise UsageError(f"there is no file '{name}'")
    if is_archive(name):
        return only_course(name).model
    return getattr(microdomain, READERS[Path(name).suffix.lower()])(Path(name))


def wrong_destinations(out: Path | None, plot: Path | None, html: Path | None = None) -> list[str]:
    """Why nothing can be written where a command was told to."""
    from engines.files import FORMATS, PICTURES, check_destination

    asked = ((out, FORMATS), (html, (".html",)), (plot, PICTURES))
    return [reason for path, formats in asked if path and (reason := check_destination(path, formats))]


def is_archive(name: str) -> bool:
    """Whether a name ends like that of a COMBINE archive."""
    return Path(name).suffix.lower() == ".omex"


def only_course(name: str) -> TimeCourse:
    """The one time course of an archive. Raises UsageError for several."""
    import microdomain

    courses = microdomain.read_omex(Path(name))
    if len(courses) > 1:
        raise UsageError(f"'{name}' has {len(courses)} tasks; run them by md.read_omex and md.simulate")
    return courses[0]


def _in_file(given: str) -> Any:
    text, _, name = given.rpartition(":") if not given.endswith(".py") else (given, "", "")
    path = Path(text)
    if not path.is_file():
        raise UsageError(f"there is no file '{text}'; a model in a file is given as path/to/file.py:name")
    module = _run(path)
    models = {key: value for key, value in vars(module).items() if _is_model(value)}
    functions = {
        key: value
        for key, value in vars(module).items()
        if inspect.isfunction(value) and value.__module__ == module.__name__
    }
    if not name and len(models) == 1:
        return next(iter(models.values()))
    candidates = {**models, **functions}
    if name not in candidates:
        if not name:
            raise UsageError(f"which model of '{text}'? Write {text}:name; it has {', '.join(candidates) or 'none'}.")
        raise UsageError(unknown(f"model '{name}' in '{text}'", name, candidates))
    return candidates[name]


def _run(path: Path) -> Any:
    """The module of a file, whose own folder may be imported from as if it were run by Python."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(path.resolve().parent))
    with _users_code(str(path)):
        spec.loader.exec_module(module)
    return module


@contextmanager
def _users_code(what: str) -> Iterator[None]:
    """Errors in a user's own code, as one line that says where; faults of models say enough by themselves."""
    try:
        yield
    except (ModelError, UnitError):
        raise
    except Exception as error:
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename != __file__]
        file, line = (frames[-1].filename, frames[-1].lineno) if frames else ("", None)
        if isinstance(error, SyntaxError):
            file, line = error.filename or file, error.lineno
        place = f"{file}, line {line}: " if ".py" in what else ""
        raise UsageError(f"{what}: {place}{type(error).__name__}: {error}") from error


def _is_model(found: Any) -> bool:
    return hasattr(found, "network") and hasattr(found, "changed")


def _resized(model: Model, volume: str) -> Model:
    from mechanisms.places import Compartment

    names = [name for name, place in model.places.items() if isinstance(place, Compartment)]
    if len(names) != 1:
        listed = ", ".join(names) or "none"
        advice = "give a function with an argument volume= instead of the model"
        raise UsageError(f"--volume sets the one compartment of a model; '{model.name}' has {listed}: {advice}")
    return model.changed(volumes={names[0]: volume})


def _check_volume(volume: str) -> None:
    try:
        size = magnitude(volume, "fL")
    except UnitError as error:
        raise UsageError(f"--volume: {error}") from None
    if size <= 0:
        raise UsageError(f"--volume: found '{volume}'; needed a volume above 0, such as 0.1fL")


def _value(text: str) -> Any:
    """A Python value such as 0.3 or False where the text is one, else the text ("0.3 uM")."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def amount(text: str | None) -> Any:
    """A number in the unit that is meant where it is a plain number, else text with a unit."""
    try:
        return None if text is None else float(text)
    except ValueError:
        return text
