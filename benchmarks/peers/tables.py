"""Tables of what was measured beside peers, 80 columns wide."""

from __future__ import annotations

from statistics import median
from typing import Any

from rich.box import SIMPLE
from rich.markup import escape
from rich.table import Table

from benchmarks.peers.approximate import CLOSE
from benchmarks.peers.ode import seconds_at_error
from benchmarks.peers.peers import HandWritten, Microdomain

AIM_OVER_HAND = 0.8
AIM_OVER_SOLVERS = 2.0
ERRORS = (1e-3, 1e-4, 1e-5, 1e-6)


def throughput_table(case: dict[str, Any]) -> Table:
    table = new_table(f"{case['title']}: {case['events']:.2g} events, {case['trajectories']} trajectories")
    for heading in ("simulator", case["unit"], "law", "found"):
        table.add_column(heading, justify="right" if heading == case["unit"] else "left")
    for label, row in case["simulators"].items():
        if "skipped" in row:
            table.add_row(label, "-", "skipped", escape(row["skipped"]))
            continue
        found = ", ".join(f"{name} {value[0]:.4g}" for name, value in row["checks"].items())
        if case["unit"] == "events/s" and not row["events counted"]:
            label += " *"
            table.caption = "* events not reported: those of microdomain, for the same law and time"
        table.add_row(label, _number(row["rate"]), "right" if row["right"] else "[red]WRONG", found)
    return table


def summary_table(cases: list[dict[str, Any]]) -> Table:
    table = new_table("Against the fastest right peer, and the kernel by hand", padding=0)
    for heading in ("case", "ours", "peer", "fastest peer", "ratio", "aim", "by hand", "ratio"):
        left = heading in ("case", "fastest peer")
        table.add_column(heading, justify="left" if left else "right", no_wrap=True)
    for case in cases:
        rates = {label: row["rate"] for label, row in case["simulators"].items() if row.get("right")}
        ours, hand = rates.pop(Microdomain.label, None), rates.pop(HandWritten.label, None)
        label = max(rates, key=rates.__getitem__) if rates else "none"
        best = rates.get(label)
        table.add_row(
            case["name"], _number(ours), _number(best), label,
            _ratio(ours, best, case["aim over peers"]), f"{case['aim over peers']:.1f}",
            _number(hand), _ratio(ours, hand, AIM_OVER_HAND),
        )  # fmt: skip
    table.caption = "medians, per second of processor: trajectories for ensembles, events for the others"
    return table


def ode_table(rows: list[dict[str, Any]]) -> Table:
    table = new_table(f"ODE: milliseconds per solve at equal true error (aim: {AIM_OVER_SOLVERS:g} x the fastest peer)")
    for heading in ("problem", "solver", *(f"{error:.0e}" for error in ERRORS)):
        table.add_column(heading, justify="left" if heading in ("problem", "solver") else "right")
    times: dict[str, dict[str, list[float]]] = {}
    for row in rows:
        times.setdefault(row["problem"], {})
        if not row["runs"]:
            table.add_row(row["problem"], row["solver"], "skipped", escape(row.get("skipped", "")))
            continue
        at = [seconds_at_error(row["runs"], error) for error in ERRORS]
        times[row["problem"]][row["solver"]] = at
        table.add_row(row["problem"], row["solver"], *(_milliseconds(seconds) for seconds in at))
    for name, solvers in times.items():
        if Microdomain.label in solvers and len(solvers) > 1:
            ours = solvers.pop(Microdomain.label)
            best = [
                min((s for s in column if s > 0), default=float("nan"))
                for column in zip(*solvers.values(), strict=True)
            ]
            ratios = (_ratio(other, own, AIM_OVER_SOLVERS) for other, own in zip(best, ours, strict=True))
            table.add_row(name, "fastest peer / ours", *ratios)
    return table


def approximate_table(rows: list[dict[str, Any]]) -> Table:
    table = new_table(f"Within {CLOSE:g} standard deviations of the exact distribution: time for 1000 samples")
    for heading in ("target", "method", "tolerance", "error", "chance", "ms"):
        table.add_column(heading, justify="left" if heading in ("target", "method") else "right")
    for row in rows:
        if not row["runs"]:
            table.add_row(row["target"], row["method"], "-", "-", "-", escape(row.get("skipped", "")))
            continue
        told = [run for run in row["runs"] if run[4] <= row["close"]]
        near = [run for run in told if run[1] <= row["close"]]
        tolerance, error, seconds, samples, chance = min(
            near or told or row["runs"], key=lambda run: run[2] if near else run[1]
        )
        shown = f"{error:.3f}" if near else f"[red]{error:.3g}, NEVER" if told else f"{error:.3g}, of {samples} samples"
        setting = f"{tolerance:g}" if tolerance else "exact"
        table.add_row(row["target"], row["method"], setting, shown, f"{chance:.3f}", f"{1e3 * seconds:.0f}")
    table.caption = (
        "chance: what as many exact samples exceed in 5 of 100 cases. NEVER: the closest of all tolerances; "
        "of N samples: too few to tell"
    )
    return table


def start_table(rows: list[dict[str, Any]]) -> Table:
    table = new_table("This project alone: start and memory, in fresh processes")
    for heading in ("what", "measured", "aim"):
        table.add_column(heading, justify="left" if heading == "what" else "right")
    for row in rows:
        colour = "green" if row["value"] <= row["aim"] else "red"
        aim = f"{row['aim']:g} {row['unit']}"
        table.add_row(row["what"], f"[{colour}]{row['value']:.2f} {row['unit']}", aim)
    return table


def beside_table(rows: list[dict[str, Any]]) -> Table:
    table = new_table("From nothing to the result of a small model: seconds of processor")
    for heading in ("simulator", "new model", "again", "MB, 10,000 trajectories"):
        table.add_column(heading, justify="left" if heading == "simulator" else "right")
    for row in rows:
        if "skipped" in row:
            table.add_row(row["label"], "-", "-", escape(row["skipped"]))
        else:
            new, again = (median(row[what]) for what in ("new", "again"))
            table.add_row(row["label"], f"{new:.2f}", f"{again:.2f}", f"{row['memory']:.0f}")
    return table


def new_table(title: str, padding: int = 1) -> Table:
    sides = {"title_justify": "left", "caption_justify": "left"}
    return Table(title=title, width=80, box=SIMPLE, padding=(0, padding, 0, 0), **sides)


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value / 1e6:.1f}M" if value >= 1e6 else f"{value / 1e3:.1f}k"


def _milliseconds(seconds: float) -> str:
    return f"{1e3 * seconds:.2f}" if seconds > 0 else "-"


def _ratio(ours: float | None, other: float | None, aim: float) -> str:
    if ours is None or other is None:
        return "-"
    return f"[{'green' if ours >= aim * other else 'red'}]{ours / other:.2f}"
