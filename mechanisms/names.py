"""Which thing a name means: inside a mechanism its own states and ports come first."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field

from mechanisms.places import Species


@dataclass(frozen=True)
class Scope:
    """Where a name is read: the mechanism that owns the reaction ("" for the model itself), and its ports."""

    owner: str = ""
    ports: Mapping[str, str] = field(default_factory=dict)

    def place(self, name: str) -> str:
        """The place that a port, or a place's own name, stands for."""
        return self.ports.get(name, name)

    def find(self, name: str, known: Container[str]) -> str | None:
        """The name among ``known`` that is meant: of the mechanism's own, at a port, or as written."""
        head, dot, tail = name.rpartition(".")
        candidates = [name]
        if dot and head in self.ports:
            candidates.insert(0, f"{self.ports[head]}.{tail}")
        if dot and tail in self.ports:
            candidates.insert(0, f"{head}.{self.ports[tail]}")
        if self.owner and not dot:
            candidates.insert(0, f"{self.owner}.{name}")
        return next((candidate for candidate in candidates if candidate in known), None)


def aliases(species: Iterable[Species]) -> dict[str, str]:
    """Every name that a species may be called by, and its full name: "Ca" for "Ca.cytosol" where that is unique."""
    listed = list(species)
    return called_in([one.name for one in listed], [one.place for one in listed])


def called_in(species: Iterable[str], places: Iterable[str]) -> dict[str, str]:
    """The same from the full names of species and the names of their places."""
    meanings: dict[str, list[str]] = {}
    for full, place in zip(species, places, strict=True):
        meanings.setdefault(full, []).append(full)
        short, _, home = full.partition(".")
        if home == place:
            meanings.setdefault(short, []).append(full)
    return {alias: full[0] for alias, full in meanings.items() if len(full) == 1}
