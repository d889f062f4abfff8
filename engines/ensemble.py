"""Many trajectories: seeds, threads, streamed statistics, a progress bar, and a clean stop.

Trajectory n of seed s has its own generator, ``SFC64(SeedSequence(s, spawn_key=(n,)))``: neither the number of workers
nor the chunks change it, and it can be computed again alone. Chunks are cut by the length of the grid only and merged
in order, so that sums are the same for every number of workers, to the last bit.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from engines.result import MEANING, Outcome
from mechanisms.network import Floats, Integers

VALUES_PER_CHUNK = 1 << 20
"""Recorded numbers in one chunk of trajectories (8 MB)."""
PATIENCE = 1.0
"""Seconds before a progress bar appears."""


def seed_words(seed: int, trajectories: Integers) -> Any:
    """(n, 4) words of the generator of each trajectory."""
    words = np.empty((len(trajectories), 4), dtype=np.uint64)
    for i, n in enumerate(trajectories):
        sequence = np.random.SeedSequence(seed, spawn_key=(int(n),))
        words[i] = np.random.SFC64(sequence).state["state"]["state"]
    return words


def chunks(trajectories: Integers, values_per_trajectory: int) -> list[Integers]:
    """Trajectories in groups that one call computes."""
    size = max(1, min(1000, VALUES_PER_CHUNK // max(values_per_trajectory, 1)))
    return [trajectories[i : i + size] for i in range(0, len(trajectories), size)]


@dataclass
class Summary:
    """Mean and variance by count and time, and histograms, merged chunk by chunk (Chan, Golub & LeVeque 1983)."""

    histograms: dict[str, tuple[Floats, Any]]
    columns: Mapping[str, int]
    trajectories: int = 0
    work: int = 0
    mean: Floats = field(default_factory=lambda: np.zeros(()))
    squares: Floats = field(default_factory=lambda: np.zeros(()))
    ends: Integers = field(default_factory=lambda: np.zeros(len(MEANING), dtype=np.int64))

    def add(self, values: Floats, outcome: Outcome) -> None:
        """Merge a chunk: values (trajectory, time, column)."""
        n, before = len(values), self.trajectories
        mean = values.mean(axis=0)
        squares = ((values - mean) ** 2).sum(axis=0)
        shift = mean - self.mean
        self.mean = self.mean + shift * (n / (n + before))
        self.squares = self.squares + squares + shift**2 * (n * before / (n + before))
        self.trajectories += n
        self.work += int(outcome.work.sum())
        self.ends += np.bincount(outcome.status, minlength=len(MEANING))
        for name, (edges, counted) in self.histograms.items():
            column = values[:, :, self.columns[name]]
            for k in range(column.shape[1]):
                counted[k] += np.histogram(column[:, k], bins=edges)[0]

    @property
    def variance(self) -> Floats:
        """The sample variance; NaN for one trajectory."""
        return self.squares / (self.trajectories - 1) if self.trajectories > 1 else np.full_like(self.squares, np.nan)


def run_chunks(
    compute: Callable[[Integers, Integers], Any],
    parts: list[Integers],
    keep: Callable[[Any], None],
    *,
    workers: int,
    steps_per_trajectory: int,
    show_progress: bool | None,
) -> bool:
    """Compute all chunks on threads and keep their results in order; returns whether the user stopped it.

    compute(trajectories, control) runs one chunk; it watches control[0], which becomes 1 when the user asks to stop,
    and counts in control[1] the grid points that it has passed.
    """
    controls = [np.zeros(2, dtype=np.int64) for _ in parts]
    total = sum(len(part) for part in parts) * steps_per_trajectory
    stopped = False
    with ThreadPoolExecutor(max_workers=workers) as pool, _progress(show_progress, total) as progress:
        waiting: dict[int, Future[Any]] = {}
        submitted = kept = 0
        while kept < submitted or (submitted < len(parts) and not stopped):
            try:
                while not stopped and submitted < len(parts) and submitted - kept < 4 * workers:
                    waiting[submitted] = pool.submit(compute, parts[submitted], controls[submitted])
                    submitted += 1
                wait([waiting[kept]], timeout=0.1, return_when=FIRST_COMPLETED)
                progress(sum(int(control[1]) for control in controls[:submitted]))
            except KeyboardInterrupt:
                stopped = True
                for control in controls:
                    control[0] = 1
            while kept in waiting and waiting[kept].done():
                keep(waiting.pop(kept).result())
                kept += 1
    return stopped


@contextmanager
def _progress(show: bool | None, total: int) -> Iterator[Callable[[int], None]]:
    """A function that is told how far the work is; the bar appears after a second, on a terminal."""
    wanted = sys.stderr.isatty() if show is None else show
    if not wanted or threading.current_thread() is not threading.main_thread():
        yield lambda done: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    began = time.monotonic()
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("simulating", total=total, visible=False)
        yield lambda done: bar.update(task, completed=done, visible=time.monotonic() - began > PATIENCE)
