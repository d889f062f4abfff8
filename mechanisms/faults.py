"""What is wrong with a model: every fault with where, what was found, what is allowed, and the nearest valid name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Fault:
    """One fault of a model.

    where: the thing that is wrong; found: what was given; allowed: what would do; nearest: the nearest valid name.
    """

    where: str
    found: str
    allowed: str
    nearest: str = ""

    def __str__(self) -> str:
        hint = f" Did you mean '{self.nearest}'?" if self.nearest else ""
        return f"{self.where}: found {self.found}; allowed: {self.allowed}.{hint}"


class Portable(BaseException):
    """An exception that reaches another process with all that it knows."""

    def __reduce__(self) -> Any:
        return _again, (type(self), self.args, vars(self))


def _again(kind: type[BaseException], args: tuple[Any, ...], known: dict[str, Any]) -> BaseException:
    error = kind.__new__(kind, *args)
    error.args = args
    vars(error).update(known)
    return error


class ModelError(Portable, ValueError):
    """Every fault of a model, in ``faults``, and listed in the message."""

    def __init__(self, model: str, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        count = "1 fault" if len(self.faults) == 1 else f"{len(self.faults)} faults"
        super().__init__("\n  - ".join([f"model '{model}' has {count}:", *map(str, self.faults)]))


def unknown(where: str, name: object, what: str, known: Iterable[str], also: Iterable[str] = ()) -> Fault:
    """The fault of a name that is not among the known ones; gives the nearest of these and of ``also``.

    A name that several begin with, as "Ca" does with "Ca.cytosol" and "Ca.er" among them, may be either.
    """
    names = list(known)
    several = [one for one in names if one.partition(".")[0] == name]
    if len(several) > 1:
        return Fault(where, f"'{name}', which is one of several", " or ".join(several))
    tries = ((names, 0.5), (list(also), 0.5), (names, 0.4))
    near = next((found for among, cutoff in tries if (found := nearest(name, among, cutoff))), "")
    listed = ", ".join(names[:12]) + (f", ... ({len(names)} in all)" if len(names) > 12 else "")
    return Fault(where, f"'{name}'", f"{what}: {listed or 'none is declared'}", near)


def nearest(name: object, among: Iterable[str], cutoff: float = 0.6) -> str:
    """The name most like ``name``, in whatever case, where it is more alike than ``cutoff`` (1: the same), or ""."""
    names = {other.casefold(): other for other in reversed(list(among))}
    found = difflib.get_close_matches(str(name).casefold(), names, n=1, cutoff=cutoff)
    return names[found[0]] if found else ""
