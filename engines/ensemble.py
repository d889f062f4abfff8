"""Many trajectories: threads, streamed statistics, a progress bar, and a clean stop.

Trajectory n has its own generator (``engines.seeds``): neither the number of workers nor the chunks change it, and it
can be computed again alone. Chunks are cut by the length of the grid only and merged
in order, so that sums are the same for every number of workers, to the last bit.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Any

import numpy as np

from mechanisms.network import Floats, Integers

NUMBERS_PER_CHUNK = 1 << 20
"""Recorded numbers in one chunk of trajectories (8 MB)."""
PATIENCE = 1.0
"""Seconds before a progress bar appears."""


def chunks(trajectories: int, numbers_per_trajectory: int) -> list[slice]:
    """Which trajectories one call computes."""
    size = max(1, min(1000, NUMBERS_PER_CHUNK // max(numbers_per_trajectory, 1)))
    return [slice(i, min(i + size, trajectories)) for i in range(0, trajectories, size)]


class Summary:
    """Mean and variance by time and column, and histograms, merged chunk by chunk (Chan, Golub & LeVeque 1983).

    bins: edges by species; columns: the column of each of them; times: length of the grid.
    """

    def __init__(self, bins: Mapping[str, Floats], columns: Mapping[str, int], times: int) -> None:
        self.bins, self.columns = bins, columns
        self.histograms = {name: np.zeros((times, len(edges) - 1), dtype=np.int64) for name, edges in bins.items()}
        self.trajectories = 0
        self.mean: Any = 0.0
        self.squares: Any = 0.0

    def add(self, values: Floats) -> None:
        """Merge a chunk: values (trajectory, time, column)."""
        n, before = len(values), self.trajectories
        if n == 0:
            return
        with np.errstate(over="ignore", invalid="ignore"):  # the variance about an infinite mean is none
            mean = values.mean(axis=0)
            squares = ((values - mean) ** 2).sum(axis=0)
        shift = mean - self.mean
        self.mean = self.mean + shift * (n / (n + before))
        self.squares = self.squares + squares + shift**2 * (n * before / (n + before))
        self.trajectories += n
        for name, edges in self.bins.items():
            column = values[:, :, self.columns[name]]
            for k, counted in enumerate(self.histograms[name]):
                counted += np.histogram(column[:, k], bins=edges)[0]

    @property
    def variance(self) -> Any:
        """The sample variance; NaN for one trajectory."""
        return self.squares / (self.trajectories - 1) if self.trajectories > 1 else np.full_like(self.squares, np.nan)


def run_chunks(
    compute: Callable[[slice, Integers], Any],
    parts: list[slice],
    keep: Callable[[Any], None],
    *,
    workers: int,
    work: int,
    show_progress: bool | None,
) -> bool:
    """Compute all chunks on threads and keep their results in order; returns whether the user stopped it.

    compute(part, control) runs one chunk; it watches control[0], which becomes 1 when the user asks to stop, and counts
    in control[1] what it has done of all the ``work``.
    """
    controls = [np.zeros(2, dtype=np.int64) for _ in parts]
    stopped = False
    pool, keeper = ThreadPoolExecutor(max_workers=workers), ThreadPoolExecutor(max_workers=1)
    with pool, keeper, progress_bar(show_progress, work) as progress:
        ends: list[Future[None]] = []
        kept = 0
        try:
            while kept < len(ends) or (len(ends) < len(parts) and not stopped):
                try:
                    while not stopped and len(ends) < len(parts) and len(ends) - kept < 4 * workers:
                        computed = pool.submit(compute, parts[len(ends)], controls[len(ends)])
                        ends.append(keeper.submit(_keep, keep, computed))
                    wait([ends[kept]], timeout=0.1)
                    progress(sum(int(control[1]) for control in controls[: len(ends)]))
                except KeyboardInterrupt:
                    stopped = True
                    _stop(controls)
                while kept < len(ends) and ends[kept].done():
                    ends[kept].result()
                    kept += 1
        finally:
            _stop(controls)  # where one chunk failed, the others need not go on
    return stopped


def _keep(keep: Callable[[Any], None], computed: Future[Any]) -> None:
    """In a thread of its own, since Ctrl-C interrupts the main one wherever it is."""
    keep(computed.result())


def _stop(controls: list[Integers]) -> None:
    for control in controls:
        control[0] = 1


@contextmanager
def progress_bar(show: bool | None, total: int, doing: str = "simulating") -> Iterator[Callable[[int], None]]:
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
        task = bar.add_task(doing, total=total, visible=False)
        yield lambda done: bar.update(task, completed=done, visible=time.monotonic() - began > PATIENCE)
