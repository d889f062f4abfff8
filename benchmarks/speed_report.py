"""Tables of the speed benchmark, 80 columns wide."""

from __future__ import annotations

from rich.box import SIMPLE
from rich.markup import escape
from rich.table import Table

from benchmarks.speed_ode import seconds_at_error
from benchmarks.speed_simulators import HandWritten, Microdomain

AIM_OVER_HAND = 0.8
ERRORS = (1e-3, 1e-4, 1e-5, 1e-6)


def throughput_table(case: dict) -> Table:
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
            table.caption = "* events not reported: those of the kernel by hand, for the same law and time"
        table.add_row(label, _number(row["rate"]), "right" if row["right"] else "[red]WRONG", found)
    return table


def summary_table(cases: list[dict]) -> Table:
    table = new_table("Against the fastest right peer, and the kernel by hand", padding=0)
    for heading in ("case", "ours", "peer", "fastest peer", "ratio", "aim", "by hand", "ratio", "aim"):
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
            _number(hand), _ratio(ours, hand, AIM_OVER_HAND), f"{AIM_OVER_HAND:.1f}",
        )  # fmt: skip
    table.caption = "rates are medians, per second: trajectories for dimer-ensemble, events for the others"
    return table


def ode_table(rows: list[dict], skipped: list[str]) -> Table:
    table = new_table("ODE: milliseconds per solve at equal true error (aim: ratio at most 1)")
    for heading in ("problem", "solver", *(f"{error:.0e}" for error in ERRORS)):
        table.add_column(heading, justify="left" if heading in ("problem", "solver") else "right")
    times: dict[str, dict[str, dict[float, float]]] = {}
    for row in rows:
        at = {error: seconds_at_error(row["runs"], error) for error in ERRORS}
        times.setdefault(row["problem"], {})[row["solver"]] = at
        table.add_row(row["problem"], row["solver"], *(f"{1e3 * at[error]:.2f}" for error in ERRORS))
    for name, at in times.items():
        if len(at) == 2:
            ratios = (at["microdomain"][error] / at["libRoadRunner"][error] for error in ERRORS)
            table.add_row(name, "ratio", *(f"[{'green' if r <= 1 else 'red'}]{r:.2f}" for r in ratios))
    if skipped:
        table.caption = escape("skipped: " + "; ".join(skipped))
    return table


def start_table(rows: list[dict]) -> Table:
    table = new_table("Cold start and memory, in fresh processes")
    for heading in ("what", "measured", "aim"):
        table.add_column(heading, justify="left" if heading == "what" else "right")
    for row in rows:
        colour = "green" if row["value"] <= row["aim"] else "red"
        aim = f"{row['aim']:g} {row['unit']}"
        table.add_row(row["what"], f"[{colour}]{row['value']:.2f} {row['unit']}", aim)
    return table


def new_table(title: str, padding: int = 1) -> Table:
    sides = {"title_justify": "left", "caption_justify": "left"}
    return Table(title=title, width=80, box=SIMPLE, padding=(0, padding, 0, 0), **sides)


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value / 1e6:.1f}M" if value >= 1e6 else f"{value / 1e3:.1f}k"


def _ratio(ours: float | None, other: float | None, aim: float) -> str:
    if ours is None or other is None:
        return "-"
    return f"[{'green' if ours >= aim * other else 'red'}]{ours / other:.2f}"
