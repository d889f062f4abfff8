"""What came out of a run, in a table within 80 columns."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import xarray as xr

MOST = 40
"""Rows that are shown."""
LEAST = 1e-6
"""Concentrations in uM below which molecules are shown."""


def summary(data: xr.Dataset, wall_time: float) -> str:
    """The model, the engine, a row per species and quantity, and how the runs ended.

    wall_time: seconds that the simulation took.
    """
    kind = "statistics" if "mean_counts" in data else "events" if "event" in data.dims else "grid"
    runs = int(data.attrs["trajectories"]) if kind == "statistics" else data.sizes[_AXIS_OF_RUNS[kind]]
    times = data.time.values
    rows = {"statistics": _of_statistics, "events": _of_grid, "grid": _of_grid}[kind](data)
    many = "1 trajectory" if runs == 1 else f"{runs:,} trajectories"
    seed = f", seed {data.attrs['seed']}" if "seed" in data.attrs else ""
    lines = [f"{data.attrs['model']}, engine {data.attrs['engine']}, {many}{seed}", ""]
    over = f"over {times[0]:g} to {times[-1]:g} s"
    lines.append(f"{'':<28}{f'at {times[-1]:g} s':>20}{over:>32}")
    lines.append(_row("", "", ("mean", "sd", "mean", "sd", "min", "max")))
    listed = list(rows)
    lines += [_row(name, unit, [_number(x) for x in numbers]) for name, unit, numbers in listed[:MOST]]
    if len(listed) > MOST:
        lines.append(f"... and {len(listed) - MOST} more")
    return "\n".join([*lines, "", *_work(data, kind, runs, wall_time)])


_AXIS_OF_RUNS = {"grid": "trajectory", "events": "run"}


def _of_grid(data: xr.Dataset) -> Iterator[tuple[str, str, Sequence[float]]]:
    """Grid paths, or events: the last state of each run, and every recorded state."""
    for name, unit, values in _columns(data):
        last = values[:, -1] if values.ndim == 2 else values[_last_events(data)]
        weights = _weights(data) if values.ndim == 1 else None
        mean = np.average(values, weights=weights)
        sd = np.sqrt(np.average((values - mean) ** 2, weights=weights))
        spread = last.std(ddof=1) if len(last) > 1 else np.nan
        if values.min() == values.max():
            mean, sd, spread = values.flat[0], 0.0, 0.0 if len(last) > 1 else np.nan
        yield name, unit, (last.mean(), spread, mean, sd, values.min(), values.max())


def _columns(data: xr.Dataset) -> Iterator[tuple[str, str, Any]]:
    for i, (name, unit) in enumerate(zip(data.species.values, data.unit.values, strict=True)):
        values, counts = data.concentration[..., i].values, data.counts[..., i].values
        next_to_none = 0.0 < np.abs(values).max(initial=0.0) < LEAST
        same = counts.any() and np.allclose(values, counts, rtol=1e-12, atol=0.0)
        if unit != "uM" or next_to_none or same:
            yield name, "count", counts
        else:
            yield name, unit, values
    for i, (name, unit) in enumerate(zip(data.quantities.values, data.quantity_unit.values, strict=True)):
        yield name, unit, data.quantity[..., i].values


def _last_events(data: xr.Dataset) -> Any:
    return np.cumsum(data.events.values + 1) - 1


def _weights(data: xr.Dataset) -> Any:
    """How long each recorded state lasted, in s."""
    lasted = np.diff(data.time.values, append=data.time.values[-1])
    lasted[_last_events(data)] = 0.0
    return lasted if lasted.any() else None


def _of_statistics(data: xr.Dataset) -> Iterator[tuple[str, str, Sequence[float]]]:
    """Means and variances over trajectories; no path is kept, so the extremes are not known."""
    for i, name in enumerate(data.species.values):
        yield name, "count", _moments(data.mean_counts.values[:, i], data.variance_counts.values[:, i])
    for i, (name, unit) in enumerate(zip(data.quantities.values, data.quantity_unit.values, strict=True)):
        yield name, unit, _moments(data.mean_quantity.values[:, i], data.variance_quantity.values[:, i])


def _moments(mean: Any, variance: Any) -> Sequence[float]:
    return mean[-1], np.sqrt(variance[-1]), mean.mean(), np.sqrt(variance.mean() + mean.var()), np.nan, np.nan


def _work(data: xr.Dataset, kind: str, runs: int, wall_time: float) -> Iterator[str]:
    if "steps" in data:
        yield f"steps of the integrator   {int(data.steps.sum()):,}"
    else:
        fired = int(data.attrs["events"]) if kind == "statistics" else int(data.events.sum())
        yield f"reactions fired           {fired:,} ({fired / max(runs, 1):,.0f} per trajectory)"
    yield f"wall time                 {wall_time:.3g} s"
    if kind == "statistics":
        ends = json.loads(data.attrs["how_runs_ended"])
    else:
        meanings = data.status.attrs["flag_meanings"].split()
        ends = Counter(meanings[status] for status in data.status.values)
    told = ", ".join(f"{n:,} {end.replace('_', ' ')}" for end, n in ends.items())
    yield f"how runs ended            {told}"


def _row(name: str, unit: str, cells: Sequence[str]) -> str:
    short = name if len(name) <= 19 else f"{name[:18]}…"
    return f"{short:<20}{unit[:7]:<8}{''.join(f'{cell:>10}' for cell in cells[:2])}".ljust(48) + "".join(
        f"{cell:>8}" for cell in cells[2:]
    )


def _number(value: float) -> str:
    if np.isnan(value):
        return "-"
    if value and not 1e-3 <= abs(value) < 1e5:
        return f"{value:.1e}"
    return f"{value:.4g}"
