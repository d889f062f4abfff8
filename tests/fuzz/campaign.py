"""Many inputs, each tried in a process that may die of it, and what came of them."""

from __future__ import annotations

import multiprocessing
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tests.fuzz.borders import BORDERS
from tests.fuzz.child import serve

OUTCOMES = ("accepted", "refused", "stopped", "crash", "hang", "foreign")
WRONG = ("crash", "hang", "foreign")
KEPT = 3
"""Inputs that are kept of each thing that is wrong."""


class Tester:
    """Tries inputs in a child; one that dies or does not answer within ``limit`` seconds is replaced."""

    def __init__(self, limit: float, patience: float) -> None:
        self.limit, self.patience = limit, patience
        self.child: multiprocessing.process.BaseProcess | None = None

    def outcome(self, border: str, text: str) -> tuple[str, str, str]:
        """(outcome, what was raised, traceback)."""
        if self.child is None:
            context = multiprocessing.get_context("spawn")
            self.connection, other = context.Pipe()
            self.child = context.Process(target=serve, args=(other, self.patience), daemon=True)
            self.child.start()
            other.close()
        try:
            self.connection.send((border, text))
            if self.connection.poll(self.limit):
                answer: tuple[str, str, str] = self.connection.recv()
                return answer
            self.close()
            return "hang", f"no answer in {self.limit:g} s", ""
        except (EOFError, ConnectionError):
            self.child.join()
            code, self.child = self.child.exitcode, None
            return "crash", f"exit code {code}", ""

    def close(self) -> None:
        if self.child is not None:
            self.connection.close()
            self.child.kill()
            self.child.join()
            self.child = None


@dataclass
class Findings:
    """By border: how many inputs came to what; and inputs of each thing that is wrong."""

    counts: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    seconds: Counter[str] = field(default_factory=Counter)
    wrong: dict[tuple[str, str, str], list[tuple[int, str, str]]] = field(default_factory=lambda: defaultdict(list))

    def table(self) -> str:
        head = ("border", "inputs", *OUTCOMES, "seconds")
        rows = [
            (name, counts.total(), *(counts[outcome] for outcome in OUTCOMES), round(self.seconds[name]))
            for name, counts in self.counts.items()
        ]
        total = ("all", *(sum(column) for column in list(zip(*rows, strict=True))[1:]))
        lines = [f"{row[0]:<14}" + "".join(f"{value:>10}" for value in row[1:]) for row in (head, *rows, total)]
        of_each = [f"{len(found):6}  {' '.join(key)}" for key, found in sorted(self.wrong.items())]
        return "\n".join([*lines, *(["", "wrong:"] if of_each else []), *of_each])

    def save(self, folder: Path) -> None:
        """Some inputs of each thing that is wrong, each with its traceback."""
        for number, ((border, outcome, what), found) in enumerate(sorted(self.wrong.items())):
            for n, text, trace in found[:KEPT]:
                path = folder / f"{outcome}_{number:03}_{border}_{n}{BORDERS[border].ending}"
                folder.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8", errors="surrogatepass")
                path.with_suffix(".trace").write_text(f"{what}\n{trace}", encoding="utf-8", errors="replace")


def inputs(total: int, seed: int, more: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, int, str]]:
    """(border, number, text), the same for the same seed; more: further valid documents, by border."""
    for place, (name, border) in enumerate(BORDERS.items()):
        valid = (*border.valid, *more.get(name, ()))
        for n in range(round(total * border.share)):
            yield name, n, border.make(np.random.default_rng([seed, place, n]), valid)


def campaign(
    total: int,
    seed: int,
    *,
    limit: float = 60.0,
    patience: float = 10.0,
    only: Sequence[str] = (),
    more: Mapping[str, Sequence[str]] | None = None,
) -> Findings:
    """Try ``total`` inputs.

    limit: seconds after which one hangs; patience: those after which Ctrl-C is pressed; only: these borders.
    """
    tester, findings = Tester(limit, patience), Findings()
    try:
        for border, n, text in inputs(total, seed, more or {}):
            if only and border not in only:
                continue
            began = time.monotonic()
            outcome, what, trace = tester.outcome(border, text)
            findings.seconds[border] += time.monotonic() - began
            findings.counts[border][outcome] += 1
            if outcome in WRONG:
                findings.wrong[border, outcome, what].append((n, text, trace))
    finally:
        tester.close()
    return findings
