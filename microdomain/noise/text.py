"""A noise scaling as tables within 80 columns, and as HTML."""

from __future__ import annotations

import html
import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import xarray as xr

WIDTH = 80
MOST = 6
"""Observables that are shown volume by volume."""


def as_text(data: xr.Dataset) -> str:
    """Verdicts with their reasons, then each observable volume by volume, then how each volume was measured."""
    lines = [_title(data), ""]
    for row in _verdicts(data):
        lines.append(f"{row[0]:<26}{row[1]:<34}{row[2]}")
        lines += textwrap.wrap(row[3], WIDTH, initial_indent="    ", subsequent_indent="    ")
    shown = data.observable.values[:MOST]
    for name in shown:
        lines += ["", f"{_short(name, 22):<22}{'CV':>10}{'interval':>22}{'linear noise':>14}{'ratio':>10}"]
        lines += [
            f"{v:>16} fL{cv:>13}{interval:>22}{predicted:>14}{ratio:>10}"
            for v, cv, interval, predicted, ratio in _points(data, name)
        ]
    if data.sizes["observable"] > MOST:
        lines += ["", f"... and {data.sizes['observable'] - MOST} more: see .data"]
    lines += ["", f"{'volume':>16}{'engine':>14}{'runs':>6}{'window':>12}{'work':>9}{'fewest':>9}  of"]
    lines += ["".join(cells)[:WIDTH] for cells in _runs(data)]
    return "\n".join([*lines, "", *textwrap.wrap(_legend(data), WIDTH)])


def as_html(data: xr.Dataset) -> str:
    """The same as HTML."""
    verdicts = _table(("", "exponent", "verdict", "reason"), list(_verdicts(data)))
    parts = [f"<h4>{html.escape(_title(data))}</h4>", verdicts]
    for k, name in enumerate(data.observable.values):
        header = ("volume (fL)", "CV", "interval", "linear noise", "ratio")
        opened = " open" if k == 0 else ""
        rows = _table(header, list(_points(data, name)))
        parts.append(f"<details{opened}><summary>{html.escape(name)}</summary>{rows}</details>")
    of_runs = ("volume", "engine", "runs", "window", "work", "fewest", "of")
    parts.append(_table(of_runs, [[cell.strip() for cell in cells] for cells in _runs(data)]))
    parts.append(f"<p>{html.escape(_legend(data))}</p>")
    return f'<div class="microdomain-noise">{STYLE}{"".join(parts)}</div>'


STYLE = """<style>
.microdomain-noise { font-size: 0.9em; line-height: 1.4; }
.microdomain-noise h4 { margin: 0 0 0.4em; }
.microdomain-noise table { border-collapse: collapse; margin: 0.2em 0 0.8em; }
.microdomain-noise th, .microdomain-noise td { text-align: left; vertical-align: top; padding: 0.15em 0.8em 0.15em 0; }
.microdomain-noise th { font-weight: 400; opacity: 0.6; border-bottom: 1px solid rgba(128, 128, 128, 0.4); }
</style>"""


def _title(data: xr.Dataset) -> str:
    about = data.attrs
    return f"{about['model']}: noise against the volume of {about['compartment']}, {about['fixed']} fixed"


def _verdicts(data: xr.Dataset) -> Iterator[tuple[str, str, str, str]]:
    for name in data.observable.values:
        one = data.sel(observable=name)
        exponent = "no exponent"
        if np.isfinite(one.exponent):
            exponent = (
                f"CV ~ V^{float(one.exponent):.3f}  [{float(one.exponent_low):.3f}, {float(one.exponent_high):.3f}]"
            )
        reason = str(one.reason.item())
        if np.isfinite(one.holds_from) and str(one.verdict.item()) == "not":
            reason += f"; agrees with linear noise from {float(one.holds_from):.3g} fL on"
        yield _short(name, 25), exponent, str(one.verdict.item()), reason


def _points(data: xr.Dataset, name: str) -> Iterator[Sequence[str]]:
    for volume in data.volume.values:
        one = data.sel(observable=name, volume=volume)
        cv, low, high, predicted = (float(one[key]) for key in ("cv", "cv_low", "cv_high", "predicted"))
        mark = "" if bool(one.used) else "*"
        interval = f"{_number(low)} to {_number(high)}" if np.isfinite(cv) else "-"
        yield f"{volume:.4g}", _number(cv) + mark, interval, _number(predicted), _number(cv / predicted)


def _runs(data: xr.Dataset) -> Iterator[tuple[str, ...]]:
    for k, volume in enumerate(data.volume.values):
        one = data.isel(volume=k)
        engine, work, name = str(one.engine.item()), float(one.work), str(one.scarcest.item())
        cells = f"{float(one.window):.3g} s", f"{work:.2g}", _number(float(one.fewest))
        yield (f"{f'{volume:.4g} fL':>16}", f"{engine:>14}", f"{int(one.trajectories):>6}", f"{cells[0]:>12}",
            f"{cells[1]:>9}", f"{cells[2]:>9}", f"  {_short(name, 12)}")  # fmt: skip


def _legend(data: xr.Dataset) -> str:
    about = data.attrs
    text = (
        f"Intervals at {about['confidence']:.0%}. Certified: the exponent within {about['exponent_band']:g} of -1/2, "
        f"and CV within {about['agreement_band']:.0%} of linear noise at every volume; a law outside these bands "
        f"passes with a probability of at most {(1 - about['confidence']) / 2:.2g}."
    )
    if not data.used.values.all():
        text += " * does not count for the verdict."
    reasons = [reason for reason in data.no_prediction.values if reason]
    if reasons:
        text += f" No linear noise: {reasons[0]}."
    if (data.unseen.values > 0.001).any():
        text += f" Engines leave out up to {float(data.unseen.max()):.0%} of the variance, and linear noise here too."
    return text


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{html.escape(cell)}</th>" for cell in header)
    body = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"


def _short(name: str, most: int) -> str:
    return name if len(name) <= most else f"{name[: most - 1]}…"


def _number(value: float) -> str:
    return "-" if not np.isfinite(value) else f"{value:.3g}"
