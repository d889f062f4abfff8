"""The answer of ``choose``: a dataset of every number, as text, as HTML, and the engine to run."""

from __future__ import annotations

import html
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import numpy as np

from engines import result
from engines.choice.candidates import places_of, scarcest
from engines.choice.decision import EXACT, Assessment, Decision
from engines.choice.flip import flips
from engines.choice.reasons import reason
from engines.choice.words import seconds_text
from mechanisms.network import Floats
from mechanisms.units import Given, magnitude
from mechanisms.variants import DENSITIES

if TYPE_CHECKING:
    import xarray as xr

WIDTH, NARROW = 80, 12
"""Columns of the text, and of a cell of its table."""
LEAST = 1e-3
"""The least noise or error that the table tells."""
SECONDS = {"units": "s"}
FEWEST = {"long_name": "molecules of the scarcest"}
NONE = "", np.nan
"""Of a place in which nothing is counted: a membrane that only charges move."""
HEADINGS = ("volume", "compartment", "reading", "fewest", "noise", "predicted", "audited", "flips at")


@dataclass(frozen=True)
class Choice:
    """Which engine for which volume; ``data`` has every number, ``engines`` the engine of each volume, or None."""

    data: xr.Dataset
    engines: tuple[Any, ...]

    def engine(self, volume: Given) -> Any:
        """The engine for one of the volumes, to be given to ``simulate``. Raises KeyError for another volume."""
        volumes, wanted = self.data.volume.values, magnitude(volume, "fL")
        at = int(np.argmin(np.abs(np.log(volumes / wanted))))
        if abs(volumes[at] / wanted - 1) > 1e-9:
            raise KeyError(f"no decision for {wanted:g} fL; there is one for {', '.join(f'{v:g}' for v in volumes)} fL")
        return self.engines[at]

    def __str__(self) -> str:
        lines = [self.title, ""]
        lines += _aligned([HEADINGS, *self._rows()])
        for v, volume in enumerate(self.data.volume.values):
            lines += ["", *self._paragraph(v, volume)]
        return "\n".join([*lines, "", *textwrap.wrap(self.legend, WIDTH)])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        rows = "".join(f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>" for row in self._rows())
        head = "".join(f"<th>{heading}</th>" for heading in HEADINGS)
        notes = "".join(
            f"<li><b>{volume:.4g} fL</b>: {'<br>'.join(map(html.escape, self._sentences(v)))}</li>"
            for v, volume in enumerate(self.data.volume.values)
        )
        return (
            f"<p><b>{html.escape(self.title)}</b></p><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
            f"<ul>{notes}</ul><p><small>{html.escape(self.legend)}</small></p>"
        )

    @property
    def title(self) -> str:
        """What was asked, in a line."""
        about = self.data.attrs
        return f"{about['model']}: {about['observable']} within {about['tolerance']:g}, {about['fixed']} fixed"

    @property
    def legend(self) -> str:
        """What the columns mean."""
        return (
            "fewest: molecules of the scarcest species. noise: sd over mean. predicted, audited: error of the engine "
            "over the exact mean, by linear noise and by pilot runs; noise and errors of voltages are over RT/F, 26.7 "
            "mV. flips at: the volume in fL from which on another reading takes over; ~ where it is rough."
        )

    def _rows(self) -> list[tuple[str, ...]]:
        data = self.data
        rows: list[tuple[str, ...]] = []
        for v, volume in enumerate(data.volume.values):
            for c, compartment in enumerate(data.compartment.values):
                flip = float(data.flips_at.values[v, c])
                about = "~" if data.flips_extrapolated.values[v, c] else ""
                rows.append((
                    f"{volume:.4g} fL" if c == 0 else "",
                    str(compartment),
                    str(data.reading.values[v, c]),
                    _number(float(data.fewest.values[v, c])),
                    _part(float(data.noise.values[v, c])),
                    _part(float(data.predicted_error.values[v, c])),
                    self._audited(v, c),
                    f"{about}{_number(flip)}" if np.isfinite(flip) else "-",
                ))  # fmt: skip
        return rows

    def _audited(self, v: int, c: int) -> str:
        error, spread = (float(self.data[name].values[v, c]) for name in ("audited_error", "audited_spread"))
        if np.isnan(error):
            return "exact" if self.data.verdict.values[v] == EXACT else "-"
        return f"{_part(error)}±{spread:.1g}" if LEAST <= spread < np.inf else _part(error)

    def _sentences(self, v: int) -> list[str]:
        data = self.data
        cost, reason, notes = float(data.cost.values[v]), str(data.reason.values[v]), str(data.cautions.values[v])
        head = str(data.engine.values[v])
        head += f" ({seconds_text(cost)} of processor per simulated second)" if np.isfinite(cost) else ""
        found = [f"{head}: {reason}." if reason else f"{head}."]
        if data.doubt.values[v]:
            found.append(f"Doubt: {data.doubt.values[v]}.")
        return found + ([f"Mind: {notes}."] if notes else [])

    def _paragraph(self, v: int, volume: float) -> list[str]:
        lead = f"{volume:.4g} fL: "
        return textwrap.wrap(lead + " ".join(self._sentences(v)), WIDTH, subsequent_indent="  ")


def table(
    model: str, place: str, volumes: Floats, fixed: str, decisions: Sequence[Decision], notes: Sequence[Sequence[str]]
) -> Choice:
    """The answer for volumes in fL of the compartment ``place``."""
    import xarray as xr

    question, network = decisions[0].question, decisions[0].network
    compartments = places_of(network)
    names = question.observable.names
    homes = [_home(decisions[0], name, compartments) for name in names]
    by_volume = ("volume",)
    at, along = ("volume", "compartment"), ("volume", "observable")
    candidates = list(dict.fromkeys(one.candidate.name for decision in decisions for one in decision.assessments))
    every = ("volume", "candidate")

    def of_candidates(read: Any, missing: Any) -> Any:
        rows = []
        for decision in decisions:
            known = {one.candidate.name: one for one in decision.assessments}
            rows.append([read(known[name]) if name in known else missing for name in candidates])
        return np.array(rows, dtype=object if isinstance(missing, str) else float)

    def of_columns(read: Any) -> Floats:
        return np.array([np.broadcast_to(read(decision), len(names)) for decision in decisions], dtype=float)

    predicted = of_columns(lambda d: np.nan if d.chosen is None else d.chosen.predicted)
    audited = of_columns(lambda d: _audited(d.chosen))
    spread = of_columns(lambda d: _spread(d.chosen))
    mean, noise = of_columns(lambda d: d.mean), of_columns(lambda d: _noise(d, d.mean, d.sd))
    expected = of_columns(_expected_noise)
    few = [scarcest(decision.network, decision.copies) for decision in decisions]
    readings = [[d.chosen.candidate.places[p] if d.chosen else "none" for p in compartments] for d in decisions]
    flip, extrapolated = flips(volumes, decisions, np.array(readings, dtype=object), question, fixed == DENSITIES)

    def worst(values: Floats, by: Floats) -> Floats:
        """(volume, compartment) of (volume, observable): where ``by`` is largest in the compartment."""
        found = np.full((len(volumes), len(compartments)), np.nan)
        for c, compartment in enumerate(compartments):
            own = [k for k, home in enumerate(homes) if home == compartment]
            for v in range(len(volumes)):
                if own and np.isfinite(by[v, own]).any():
                    found[v, c] = values[v, own][np.nanargmax(by[v, own])]
        return found

    data: dict[str, Any] = {
        "reading": (at, np.array(readings, dtype=object)),
        "engine": (by_volume, _words([d.chosen.candidate.name if d.chosen else "none" for d in decisions])),
        "verdict": (by_volume, _words([d.chosen.verdict if d.chosen else "none" for d in decisions])),
        "fewest": (at, [[one.get(p, NONE)[1] for p in compartments] for one in few], FEWEST),
        "scarcest": (at, np.array([[one.get(p, NONE)[0] for p in compartments] for one in few], dtype=object)),
        "noise": (at, worst(noise, noise), {"long_name": "sd over mean"}),
        "predicted_error": (at, worst(predicted, predicted)),
        "audited_error": (at, worst(audited, audited)),
        "audited_spread": (at, worst(spread, audited)),
        "flips_at": (at, flip, {"units": "fL"}),
        "flips_extrapolated": (at, extrapolated),
        "cost": (by_volume, [d.chosen.cost if d.chosen else np.nan for d in decisions], {"units": "s/s"}),
        "reason": (by_volume, _words([reason(d) for d in decisions])),
        "doubt": (by_volume, _words([d.doubt for d in decisions])),
        "cautions": (by_volume, _words(["; ".join(note) for note in notes])),
        "pilot_runs": (by_volume, [len(d.measure.runs.values) if d.measure else 0 for d in decisions]),
        "pilot_length": (by_volume, [d.measure.runs.window.length if d.measure else 0.0 for d in decisions], SECONDS),
        "measured_by": (by_volume, _words([d.measure.candidate.name if d.measure else "" for d in decisions])),
        "observed_mean": (along, mean), "observed_noise": (along, noise), "predicted_noise": (along, expected),
        "error_predicted": (along, predicted), "error_audited": (along, audited),
        "error_audited_spread": (along, spread),
        "candidate_cost": (every, of_candidates(lambda one: one.cost, np.nan), {"units": "s/s"}),
        "candidate_predicted": (every, of_candidates(lambda one: float(np.max(one.predicted)), np.nan)),
        "candidate_audited": (every, of_candidates(lambda one: float(np.max(_audited(one))), np.nan)),
        "candidate_spread": (every, of_candidates(_worst_spread, np.nan)),
        "candidate_verdict": (every, of_candidates(lambda one: one.verdict, "")),
    }  # fmt: skip
    coordinates = {
        "volume": ("volume", volumes, {"units": "fL", "long_name": f"volume of {place}"}),
        "compartment": _words(compartments), "observable": _words(names), "candidate": _words(candidates),
    }  # fmt: skip
    about = {
        "model": model, "observable": question.observable.text(), "tolerance": question.tolerance, "fixed": fixed,
        "seed": question.seed, "budget": question.budget, "version": result.version(),
        "duration": "stationary" if question.duration is None else "{} to {} s".format(*question.duration),
    }  # fmt: skip
    engines = tuple(d.chosen.candidate.engine if d.chosen else None for d in decisions)
    return Choice(xr.Dataset(data, coordinates, about), engines)


def _words(listed: Sequence[str]) -> Any:
    return np.array(listed, dtype=object)


def _home(decision: Decision, name: str, compartments: Sequence[str]) -> str:
    """The place of an observable: of a species its own, of complexes that of their states; else the first."""
    network = decision.network
    if name in network.species:
        return network.places[network.species.index(name)]
    for group in network.multimers:
        if name == group.conducting:
            return network.places[network.species.index(group.states[0])]
    membrane = name.partition(".")[0]
    return membrane if membrane in compartments or not compartments else compartments[0]


def _audited(one: Assessment | None) -> Any:
    return np.nan if one is None or one.audit is None else one.audit.error


def _spread(one: Assessment | None) -> Any:
    return np.nan if one is None or one.audit is None else one.audit.spread


def _worst_spread(one: Assessment) -> float:
    return np.nan if one.audit is None else float(one.audit.spread[int(np.argmax(one.audit.error))])


def _expected_noise(decision: Decision) -> Any:
    if decision.prediction is None:
        return np.nan
    columns = decision.question.observable.columns
    return _noise(decision, decision.prediction.mean[columns], decision.prediction.sd[columns])


def _noise(decision: Decision, mean: Floats, sd: Floats) -> Any:
    with np.errstate(divide="ignore", invalid="ignore"):
        return sd / decision.question.observable.scale(np.abs(mean))


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """A line for each row, or more where a cell is folded; within ``WIDTH`` but for very long numbers."""
    folded = [[textwrap.wrap(cell, NARROW, break_on_hyphens=False) or [""] for cell in row] for row in rows]
    widths = [max(len(line) for row in folded for line in row[k]) for k in range(len(HEADINGS))]
    gap = "  " if sum(widths) + 2 * (len(widths) - 1) <= WIDTH else " "
    lines = [
        gap.join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for row in folded
        for line in zip_longest(*row, fillvalue="")
    ]
    return [lines[0], "-" * max(map(len, lines)), *lines[1:]]


def _number(value: float) -> str:
    if np.isnan(value):
        return "-"
    return f"{value:.0f}" if 1000 <= value < 1e6 else f"{value:.3g}"


def _part(value: float) -> str:
    """A part of one."""
    if np.isnan(value):
        return "-"
    return f"<{LEAST:g}" if 0 < value < LEAST else f"{value:.2g}"
