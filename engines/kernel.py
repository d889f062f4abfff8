"""Rate laws to compiled code, kept on disk in folders named by the hash of their content.

The loops (``engines/loops``) are compiled once; they call laws, their derivatives, and the written-out steps of a small
network (by ``engines.unroll`` or ``engines.straight_line``) by address, and only those are generated and compiled for a
new model. Whatever is edited, a law or a loop, gives another hash and so another name: an old law's result cannot come
back. The machine code is kept too, so a second process compiles nothing. Values (parameters, volumes, counts) are not
in the code.

``MICRODOMAIN_CACHE`` names another folder than the user's cache for all of this.
"""

from __future__ import annotations

import hashlib
import importlib.util
import inspect
import os
import sys
import tempfile
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path
from types import ModuleType

import numba
import numpy as np

from mechanisms.faults import Fault, ModelError
from mechanisms.law import RateLaw
from mechanisms.network import Network
from mechanisms.recorder import record
from mechanisms.symbols import CONSTANT
from mechanisms.units import UnitError

LOOPS = Path(__file__).parent / "loops"
PREFIX = "of_"
"""Before the name of every variable of a law, so that an argument may have any name."""

LAW_HEAD = '''"""Generated from the laws of a network."""

import math

from numba import cfunc, float64, int64, types

floats, integers = types.CPointer(float64), types.CPointer(int64)


'''
_LAW = """@cfunc(float64(int64, floats, integers, floats, int64), cache=True, error_model="numpy")
def law(number, y, slot, scale, first):
"""


@cache
def loops(module: str) -> ModuleType:
    """A module of the compiled loops."""
    files = {path.name: path.read_text() for path in LOOPS.glob("*.py")}
    return _load("loops", repr(sorted(files.items())), lambda: files, module)


@lru_cache(maxsize=16)
def law_address(network: Network) -> int:
    """The address of ``law(number, y, slot, scale, first)``; 0 where all laws are static."""
    laws = moving_laws(network)
    if not laws:
        return 0
    lines = []
    for number, law in laws.items():
        written = record(law, prefix=PREFIX)
        lines.append(f"    if number == {number}:  # {law.name}")
        lines += [f"        {line}" for line in (*arguments_of(law), *written.statements)]
        lines.append(f"        return {written.result}")
    text = LAW_HEAD + _LAW + "\n".join([*lines, "    return math.nan"]) + "\n"
    return address("law", text, lambda: text, network)


def address(function: str, named_by: str, write: Callable[[], str], network: Network) -> int:
    """The address of a compiled function whose text ``write`` makes; ``named_by`` must change where that text would.

    Exponentials are those of ``engines/loops/exponential.py``.
    """
    package = loops("exponential").__package__
    laws = " ".join(f"{number} {law.arguments} {record(law)}" for number, law in moving_laws(network).items())

    def text() -> str:
        own = f"import math\n\nfrom {package}.exponential import exp\n"
        return write().replace("import math\n", own, 1).replace("math.exp(", "exp(")

    module = _load(function, f"{package} {named_by} {laws}", lambda: {"code.py": text()}, "code")
    found: int = getattr(module, function).address
    return found


def moving_laws(network: Network) -> dict[int, RateLaw]:
    """The laws that must be compiled, by number: of moving rates, derived quantities and events."""
    rows = [j for j in range(len(network.reactions)) if not network.static[j]]
    rows += range(len(network.reactions), len(network.reactions) + len(network.quantities))
    rows += range(network.first_condition, len(network.law))
    return {int(i): network.laws[i] for i in sorted({network.law[row] for row in rows})}


def arguments_of(law: RateLaw) -> list[str]:
    """Assignments of a law's arguments from y."""
    return [f"{PREFIX}{name} = y[slot[first + {i}]] * scale[first + {i}]" for i, name in enumerate(law.names)]


def check_laws(network: Network) -> None:
    """Raise ModelError where a law's units do not match; what was found right is remembered beside the code."""
    faults, check = [], inspect.getsource(RateLaw.check_units)
    for number, law in enumerate(network.laws):
        text = f"{law.arguments} {law.returns} {record(law)} {check}"
        seen = cache_folder() / "checked_units" / hashlib.sha256(text.encode()).hexdigest()[:24]
        if law is not CONSTANT and not seen.exists():
            try:
                law.check_units()
            except UnitError as error:
                row = int(np.flatnonzero(network.law == number)[0])
                names = [*network.reactions, *network.quantities, *(["an affinity or event"] * len(network.law))]
                faults.append(Fault(f"'{names[row]}'", error.found, error.needed))
            else:
                seen.parent.mkdir(parents=True, exist_ok=True)
                seen.touch()
    if faults:
        raise ModelError(network.name, faults)


def cache_folder() -> Path:
    """Where compiled code is kept."""
    chosen = os.environ.get("MICRODOMAIN_CACHE")
    if chosen:
        return Path(chosen)
    import platformdirs

    return Path(platformdirs.user_cache_dir("microdomain"))


def _load(kind: str, named_by: str, write: Callable[[], dict[str, str]], module: str) -> ModuleType:
    """A module of the package, in a folder named by a hash, that holds the files of ``write``."""
    found = hashlib.sha256(f"{numba.__version__} {sys.version} {named_by}".encode())
    name = f"microdomain_{kind}_{found.hexdigest()[:24]}"
    if f"{name}.{module}" not in sys.modules:
        folder = cache_folder() / name
        if not folder.exists():
            _write(folder, {"__init__.py": "", **write()})
        if name not in sys.modules:
            _import(name, folder / "__init__.py")
        _import(f"{name}.{module}", folder / f"{module}.py")
    return sys.modules[f"{name}.{module}"]


def stored(kind: str, named_by: str, make: Callable[[], bytes]) -> bytes:
    """What ``make`` returns, from a file if it was made before; ``named_by`` must change where that would."""
    path = cache_folder() / f"microdomain_{kind}_{hashlib.sha256(named_by.encode()).hexdigest()[:24]}"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as unfinished:
            made = Path(unfinished) / path.name
            made.write_bytes(make())
            made.replace(path)
    return path.read_bytes()


def _write(folder: Path, content: dict[str, str]) -> None:
    """Write all files beside the folder first, so that another process never sees half of it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as unfinished:
        made = Path(unfinished) / folder.name
        made.mkdir()
        for name, text in content.items():
            (made / name).write_text(text)
        try:
            made.rename(folder)
        except OSError:
            if not folder.exists():
                raise


def _import(name: str, path: Path) -> None:
    places = [str(path.parent)] if path.name == "__init__.py" else None
    spec = importlib.util.spec_from_file_location(name, path, submodule_search_locations=places)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
