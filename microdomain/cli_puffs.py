"""``microdomain puffs``: the events of a cluster of IP3 receptors, and which engine sees them."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

PUFFS_EXAMPLES = """examples:
  ten channels at 0.1 uM IP3, with a figure:
    microdomain puffs --channels 10 --ip3 0.1 --plot puffs.png
  fifty such sites for a minute, as a camera with 400 photons a frame sees them:
    microdomain puffs --sites 50 --duration 60 --photons 400
  does the mean field see puffs, does Langevin, and what does each cost?
    microdomain puffs --duration 20 --compare
"""


def add_puffs(commands: Any, setting: Callable[[str], Any], help_format: Any) -> None:
    """Add the command; setting: reads NAME=VALUE."""
    puffs = commands.add_parser(
        "puffs", help="the puffs of a cluster of IP3 receptors", epilog=PUFFS_EXAMPLES, formatter_class=help_format,
        description="Simulate a puff site, find its events, and print what describes them.",
    )  # fmt: skip
    add = puffs.add_argument
    add("--channels", type=int, default=10, metavar="N", help="in the cluster (default: 10)")
    add("--ip3", default="0.1", metavar="C", help="a number is in uM (default: 0.1)")
    add("--volume", default="1fL", metavar="V", help="of the cluster's cytosol, such as 0.1fL (default: 1fL)")
    add("--engine", default="hybrid", metavar="E", help="hybrid (default), gillespie, langevin or ode")
    add("--compare", action="store_true", help="all four engines, a line for each")
    add("--duration", default="60", metavar="T", help="a number is in s (default: 60)")
    add("--sites", type=int, default=1, metavar="N", help="how many, each by itself (default: 1)")
    add("--photons", type=float, default=1000.0, metavar="P", help="of the dye at rest in a frame (default: 1000)")
    add("--frame", default="10ms", metavar="T", help="of the camera (default: 10ms)")
    add("--set", action="append", default=[], metavar="NAME=VALUE", type=setting,
        help="a parameter by its full name; may be repeated")  # fmt: skip
    add("--seed", type=int, default=0, metavar="S", help="the same seed gives the same numbers (default: 0)")
    add("--workers", type=int, metavar="W", help="threads (default: one per processor)")
    add("--out", type=Path, metavar="FILE", help="write the statistics to FILE.nc (NetCDF) or FILE.zarr")
    add("--plot", type=Path, metavar="FILE", help="draw them to FILE.png (or .pdf, .svg)")
    add("--quiet", action="store_true", help="print no table and no progress bar")
    puffs.set_defaults(do=_puffs)


def _puffs(given: argparse.Namespace) -> int:
    from engines.files import write_dataset, write_whole
    from mechanisms.models import puff_site
    from mechanisms.units import magnitude
    from microdomain.find import UsageError, amount, wrong_destinations
    from microdomain.puffs.fluorescence import Camera
    from microdomain.puffs.study import READINGS, comparison, study

    if wrong := wrong_destinations(given.out, given.plot):
        raise UsageError("\n".join(wrong))
    duration, frame = (magnitude(amount(text), "s") for text in (given.duration, given.frame))
    try:
        camera = Camera(frame=frame, photons=given.photons)
    except ValueError as error:
        raise UsageError(f"--frame, --photons: {error}") from None
    model = puff_site(ip3=amount(given.ip3), channels=given.channels, volume=amount(given.volume))
    if given.set:
        model = model.changed(parameters=dict(given.set))
    common: dict[str, Any] = {"sites": given.sites, "seed": given.seed, "camera": camera, "workers": given.workers}
    common["progress"] = False if given.quiet else None
    if given.compare:
        seen = [study(model, duration, engine=engine, **common) for engine in READINGS]
        shown = next(one for one in seen if one.engine == "hybrid")
    else:
        shown = study(model, duration, engine=given.engine, **common)
        seen = [shown]
    if not given.quiet:
        print(comparison(seen) if given.compare else _text(given, shown))
    if given.out:
        write_dataset(shown.channels.dataset(), given.out)
    if given.plot:
        from microdomain.puffs.figure import figure

        drawn = figure(shown, camera)
        write_whole(given.plot, lambda beside: drawn.savefig(beside, dpi=150))
    return 0


def _text(given: argparse.Namespace, seen: Any) -> str:
    heading = f"puff_site, {given.channels} channels, IP3 {given.ip3}, engine {seen.engine}, seed {given.seed}"
    parts = [heading, "", "Active channels (exact)", str(seen.channels)]
    if seen.dye is not None:
        told = f"{seen.hits} puffs seen, {seen.missed} missed; {seen.false} of noise alone"
        parts += ["", f"Dye, as a camera sees it: {told}", str(seen.dye)]
    return "\n".join([*parts, "", f"wall time  {seen.seconds:.2f} s"])
