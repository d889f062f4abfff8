"""``microdomain choose``: which engine for which volume."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

CHOOSE_EXAMPLES = """examples:
  is the mean field right in 0.05 fL of the microdomain, and what is right where?
    microdomain choose ip3_microdomain --volumes 0.05fL 0.5fL 5fL --tolerance 0.05
  of calcium alone, its mean, with a figure and every number in a file:
    microdomain choose ip3_microdomain --volumes 0.1fL 10fL --observable mean \\
        --of Ca.cytosol --plot choice.png --out choice.nc
  how often calcium rises to 1 uM, with five channels in growing volumes:
    microdomain choose ip3_microdomain --volumes 0.166fL 0.5fL --fixed channels \\
        --observable "event rate" --of Ca.cytosol --at-least 1uM
"""


def add_choose(commands: Any, setting: Callable[[str], Any], help_format: Any) -> None:
    """Add the command; setting: reads NAME=VALUE."""
    choose = commands.add_parser(
        "choose", help="which engine for which volume", epilog=CHOOSE_EXAMPLES, formatter_class=help_format,
        description="The cheapest engine whose error is within a tolerance, at each volume, and why.",
    )  # fmt: skip
    add = choose.add_argument
    add("model", metavar="MODEL", help="a name from 'microdomain list', or path/to/file.py:name")
    add("--volumes", nargs="+", metavar="V", help="such as 0.05fL 1fL; a number is in fL (default: the model's own)")
    add("--tolerance", type=float, default=0.05, metavar="E", help="error over the exact mean (default: 0.05)")
    add("--observable", default="distribution", metavar="O",
        help="mean, standard deviation, distribution (default), event rate or first passage")  # fmt: skip
    add("--of", nargs="+", metavar="NAME", help="species or quantities (default: all that is dissolved and varies)")
    add("--at-least", metavar="X", help="the threshold of events and passages, such as 1uM; a number is molecules")
    add("--at-most", metavar="X", help="the same, from above")
    add("--compartment", metavar="NAME", help="whose volume is meant (default: that of the observable)")
    add("--fixed", default="densities", help="densities (default) or channels: what stays while volumes change")
    add("--duration", metavar="T", help="of the runs that are meant, such as 60s (default: the stationary state)")
    add("--engines", nargs="+", metavar="NAME", help="those that may be chosen (default: all)")
    add("--set", action="append", default=[], metavar="NAME=VALUE", type=setting,
        help="a parameter by its full name, or an argument of the model; may be repeated")  # fmt: skip
    add("--seed", type=int, default=0, metavar="S", help="of the pilot runs (default: 0)")
    add("--budget", type=float, metavar="N", help="processor seconds of exact pilots at a volume (default: 10)")
    add("--workers", type=int, metavar="W", help="threads (default: one per processor)")
    add("--out", type=Path, metavar="FILE", help="write all numbers to FILE.nc (NetCDF) or FILE.zarr")
    add("--html", type=Path, metavar="FILE", help="write the table to FILE.html")
    add("--plot", type=Path, metavar="FILE", help="draw it to FILE.png (or .pdf, .svg)")
    add("--quiet", action="store_true", help="print no table and no progress bar")
    choose.set_defaults(do=_choose)


def _choose(given: argparse.Namespace) -> int:
    import microdomain as md
    from engines.files import write_dataset, write_whole
    from mechanisms.units import is_quantity, is_unit
    from microdomain.find import UsageError, amount, find_model, wrong_destinations

    wrong = wrong_destinations(given.out, given.plot, given.html)
    for unit in (text for text in given.volumes or () if not is_quantity(text, "fL") and is_unit(text)):
        wrong.append(f"--volumes: found '{unit}' alone; allowed: 0.05{unit}, or in quotes \"0.05 {unit}\"")
    if wrong:
        raise UsageError("\n".join(wrong))
    model = find_model(given.model, dict(given.set))
    budget = {} if given.budget is None else {"budget": given.budget}
    choice = md.choose(
        model, given.volumes, tolerance=given.tolerance, observable=given.observable, of=given.of,
        at_least=amount(given.at_least), at_most=amount(given.at_most), compartment=given.compartment,
        fixed=given.fixed, duration=given.duration, engines=given.engines, seed=given.seed, workers=given.workers,
        progress=False if given.quiet else None, **budget,
    )  # fmt: skip
    if not given.quiet:
        print(choice)
    if given.out:
        write_dataset(choice.data, given.out)
    if given.html:
        write_whole(given.html, lambda beside: beside.write_text(choice._repr_html_(), encoding="utf-8"))
    if given.plot:
        figure = md.plot(choice)
        write_whole(given.plot, lambda beside: figure.savefig(beside, dpi=150))
    return 0
