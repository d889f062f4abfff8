"""Events in a trace: found by a threshold with hysteresis, measured as experimenters do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Floats = np.ndarray[Any, np.dtype[np.float64]]
COLUMNS = ("trajectory", "start", "end", "peak_time", "amplitude", "channels", "duration", "rise", "decay", "mass")
"""Of an event: see ``Events``."""


@dataclass(frozen=True)
class Rule:
    """When an event begins and ends.

    It begins where the trace comes to ``on`` above its baseline and ends where it falls below ``off``; what follows
    within ``gap`` seconds is the same event, and one shorter than ``least`` seconds is none.
    """

    on: float
    off: float
    gap: float = 0.0
    least: float = 0.0

    def __post_init__(self) -> None:
        if not (0 < self.off <= self.on < np.inf and 0 <= self.gap < np.inf and 0 <= self.least < np.inf):
            raise ValueError(f"found {self}; allowed: 0 < off <= on, gap >= 0 and least >= 0, all finite")


CHANNELS = Rule(on=0.5, off=0.5, gap=0.05)
"""Of a number of channels: at least one, with pauses of 50 ms."""


@dataclass(frozen=True)
class Events:
    """Events, one in each element of every column, in the order of trajectories and of time.

    trajectory: its number. start, end, peak_time: in s. amplitude: above the baseline at the peak, in the unit of the
    trace. channels: the most that were active meanwhile, 0 where that is not known. duration: full at half amplitude;
    rise, decay: from 20 to 80 % of it and back, in s. mass: the area above the baseline over the event, in s times the
    unit. observed: by trajectory, the seconds that were looked at.
    """

    columns: dict[str, Floats]
    observed: dict[int, float]

    def __len__(self) -> int:
        return len(self.columns["start"])

    def __getattr__(self, name: str) -> Floats:
        columns: dict[str, Floats] = self.__dict__.get("columns", {})
        if name not in columns:
            raise AttributeError(name)
        return columns[name]

    def where(self, kept: Any) -> Events:
        """Some of them: a mask."""
        return Events({name: column[kept] for name, column in self.columns.items()}, self.observed)

    def intervals(self) -> Floats:
        """From the start of each to that of the next in the same trajectory, in s."""
        same = np.diff(self.trajectory) == 0
        found: Floats = np.diff(self.start)[same]
        return found

    @classmethod
    def joined(cls, parts: Sequence[Events]) -> Events:
        """Those of several parts, whose trajectories differ."""
        columns = {name: np.concatenate([part.columns[name] for part in parts]) for name in COLUMNS}
        observed = {number: seconds for part in parts for number, seconds in part.observed.items()}
        return cls(columns, observed)


def find_events(
    times: Floats, traces: Floats, rule: Rule, *, baseline: Any = 0.0, channels: Floats | None = None,
    numbers: Sequence[int] | None = None,
) -> Events:  # fmt: skip
    """Events in traces by a rule.

    times: (time,) in s, increasing. traces: (trajectory, time). baseline: a number, or (trajectory,), that the trace is
    measured from. channels: (trajectory, time) active ones, for the column of that name. numbers: of the trajectories.
    Events that the trace begins or ends in are left out, since their length is not known. Raises ValueError for shapes
    that do not match.
    """
    traces = np.atleast_2d(np.asarray(traces, dtype=float))
    known = traces.shape if channels is None else channels.shape
    if traces.shape != (len(traces), len(times)) or known != traces.shape:
        shapes = f"times {times.shape}, traces {traces.shape}, channels {known}"
        raise ValueError(f"found {shapes}; allowed: (time,), (trajectory, time) and the same again")
    bases = np.broadcast_to(np.asarray(baseline, dtype=float), (len(traces),))
    labels = range(len(traces)) if numbers is None else numbers
    rows: list[tuple[float, ...]] = []
    for i, number in enumerate(labels):
        above = traces[i] - bases[i]
        active = None if channels is None else channels[i]
        for first, last in spans(times, above, rule):
            rows.append((float(number), *measured(times, above, first, last, active)))
    table = np.array(rows, dtype=float).reshape(-1, len(COLUMNS))
    observed = {int(number): float(times[-1] - times[0]) for number in labels}
    return Events({name: table[:, k] for k, name in enumerate(COLUMNS)}, observed)


def spans(times: Floats, above: Floats, rule: Rule) -> list[tuple[int, int]]:
    """(first sample at or above ``on``'s event, first sample below ``off`` after it) of each whole event."""
    low = above < rule.off
    edges = np.flatnonzero(np.diff(low.astype(np.int8))) + 1
    begins, ends = edges[low[edges - 1]], edges[~low[edges - 1]]
    if len(ends) and not low[0]:
        ends = ends[1:]
    begins = begins[: len(ends)]
    merged: list[tuple[int, int]] = []
    for first, last in zip(begins.tolist(), ends.tolist(), strict=True):
        if merged and times[first] - times[merged[-1][1]] < rule.gap:
            merged[-1] = (merged[-1][0], last)
        else:
            merged.append((first, last))
    return [
        (first, last)
        for first, last in merged
        if above[first:last].max() >= rule.on and times[last] - times[first] >= rule.least
    ]


def measured(times: Floats, above: Floats, first: int, last: int, active: Floats | None) -> tuple[float, ...]:
    """The columns of one event behind the first: its shape is taken on the way to its highest sample and back."""
    top = first + int(np.argmax(above[first:last]))
    height = float(above[top])

    def up(level: float) -> float:
        """When the trace last passed a share of the height before the peak."""
        i = top
        while i > 0 and above[i - 1] >= level * height:
            i -= 1
        return crossing(times, above, i - 1, level * height) if i > 0 else float(times[0])

    def down(level: float) -> float:
        """When it first fell below it after the peak."""
        i = top
        while i + 1 < len(above) and above[i + 1] >= level * height:
            i += 1
        return crossing(times, above, i, level * height) if i + 1 < len(above) else float(times[-1])

    mass = float(np.trapezoid(above[first : last + 1], times[first : last + 1]))
    most = 0.0 if active is None else float(active[first:last].max())
    return (
        float(times[first]), float(times[last]), float(times[top]), height, most,
        down(0.5) - up(0.5), up(0.8) - up(0.2), down(0.2) - down(0.8), mass,
    )  # fmt: skip


def crossing(times: Floats, above: Floats, i: int, level: float) -> float:
    """When the line from sample i to the next passes a level."""
    low, high = above[i], above[i + 1]
    share = 0.0 if high == low else (level - low) / (high - low)
    return float(times[i] + share * (times[i + 1] - times[i]))


def overlap(found: Events, truth: Events, slack: float = 0.0) -> tuple[int, int, int]:
    """(hits, missed, false): events of the truth that some found one overlaps, those that none does, and found ones
    that overlap no event of the truth; slack: s that may lie between two that overlap."""
    hits = sum(_any_overlap(truth, i, found, slack) for i in range(len(truth)))
    real = sum(_any_overlap(found, i, truth, slack) for i in range(len(found)))
    return hits, len(truth) - hits, len(found) - real


def _any_overlap(one: Events, i: int, others: Events, slack: float) -> bool:
    same = others.trajectory == one.trajectory[i]
    return bool((same & (others.start <= one.end[i] + slack) & (others.end >= one.start[i] - slack)).any())
