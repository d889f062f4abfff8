"""The ``microdomain`` command."""

from __future__ import annotations

import argparse
import inspect
import re
import sys
import textwrap
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from microdomain.cli_choose import add_choose
from microdomain.cli_puffs import add_puffs

if TYPE_CHECKING:
    import xarray as xr

    from microdomain.exchange.omex import TimeCourse

ALSO_CALLED = {"ssa": "gillespie"}
"""Names of engines that other programs use."""
FAILED = 2
INTERRUPTED = 130

ABOUT = "Simulate calcium, ions and transmitters in small compartments."
EXAMPLES = """examples:
  microdomain demo
  microdomain list
  microdomain show ip3_microdomain
  microdomain run ip3_microdomain --t-end 60 --seed 1 --plot calcium.png
  microdomain choose ip3_microdomain --volumes 0.05fL 5fL
  microdomain puffs --channels 10 --ip3 0.1
"""
SHOW_EXAMPLES = """examples:
  microdomain show ip3_microdomain
  microdomain show DeYoungKeizer
  microdomain show my_models.py:dimer
  microdomain show model.xml
"""
RUN_EXAMPLES = """examples:
  the microdomain at 0.3 uM IP3, one exact trajectory, with a figure:
    microdomain run ip3_microdomain --set ip3=0.3 --seed 1 --plot calcium.png
  its mean field:
    microdomain run ip3_microdomain --engine ode
  100 trajectories in ten times the volume, IP3 not held, kept in a file:
    microdomain run ip3_microdomain --volume 1.6572fL --set clamped=False \\
        --trajectories 100 --out large.nc
  1000, written while they are computed; where it was stopped, --resume goes on:
    microdomain run ip3_microdomain --trajectories 1000 --seed 1 --out many.zarr
  the mean and variance of 10,000 trajectories, no paths kept:
    microdomain run ip3_microdomain --trajectories 10000 --t-end 10 --statistics
  a parameter of the model (see 'microdomain show'), and a model of your own:
    microdomain run ip3_microdomain --set IP3R.a2=0.3 --set "IP3R.b2=210 1/ks"
    microdomain run my_models.py:dimer --volume "0.1 fL" --t-end 10
  a model in SBML:
    microdomain run model.xml --engine ssa --t-end 100
"""
DEMO_EXAMPLES = """examples:
  microdomain demo
  microdomain demo --out figures
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code: 0, 2 where something is wrong, 130 where the user stopped it."""
    parser = _parser()
    given, unread = parser.parse_known_args(_joined(sys.argv[1:] if arguments is None else arguments))
    if unread:
        from mechanisms.faults import nearest

        options = ["--" + name.replace("_", "-") for name in vars(given)]
        near = nearest(unread[0], options)
        parser.error(f"there is no '{unread[0]}'" + (f"; did you mean '{near}'?" if near else ""))
    try:
        code: int = given.do(given)
        return code
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        return FAILED
    except Exception as error:
        if not _is_ours(error):
            raise
        print(f"microdomain: {error}", file=sys.stderr)
        return FAILED


def _joined(arguments: Sequence[str]) -> list[str]:
    """argparse takes the -1fL of "--volume -1fL" for an option; "--volume=-1fL" it understands."""
    joined: list[str] = []
    for argument in arguments:
        if joined and joined[-1].startswith("--") and re.match(r"-[\d.]", argument):
            joined[-1] += f"={argument}"
        else:
            joined.append(argument)
    return joined


def _is_ours(error: Exception) -> bool:
    """Errors that say what was wrong with what the user gave; any other one is a fault of the program."""
    import microdomain as md
    from microdomain.find import UsageError

    return isinstance(error, (md.ModelError, md.RequestError, md.UnitError, md.SimulationError, UsageError, OSError))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("microdomain", description=ABOUT, epilog=EXAMPLES, formatter_class=_Help)
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    listing = commands.add_parser(
        "list", help="the models and mechanisms of the library", description="List the models and mechanisms.",
        epilog="examples:\n  microdomain list\n", formatter_class=_Help,
    )  # fmt: skip
    listing.set_defaults(do=_list)
    show = commands.add_parser(
        "show", help="all that a model or mechanism holds", epilog=SHOW_EXAMPLES, formatter_class=_Help,
        description="Show compartments, species, parameters with sources, reactions with laws.",
    )  # fmt: skip
    show.add_argument(
        "name", metavar="NAME", help="a name from 'microdomain list', path/to/file.py:name, or an SBML file"
    )
    show.set_defaults(do=_show)
    _add_run(commands)
    add_choose(commands, _setting, _Help)
    add_puffs(commands, _setting, _Help)
    demo = commands.add_parser(
        "demo", help="the calcium microdomain under two engines, in two minutes", epilog=DEMO_EXAMPLES,
        description="Run the IP3 receptor microdomain: tables here, figures in a folder.", formatter_class=_Help,
    )  # fmt: skip
    demo.add_argument("--out", type=Path, default=Path("out"), metavar="FOLDER", help="for the figures (default: out)")
    demo.add_argument("--workers", type=int, metavar="N", help="threads (default: one per processor)")
    demo.set_defaults(do=_demo)
    return parser


class _Help(argparse.RawDescriptionHelpFormatter):
    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=26, width=80)


def _add_run(commands: Any) -> None:
    run = commands.add_parser(
        "run", help="simulate a model", description="Simulate a model and print what came out.", epilog=RUN_EXAMPLES,
        formatter_class=_Help,
    )  # fmt: skip
    add = run.add_argument
    add("model", metavar="MODEL", help="a name from 'microdomain list', path/to/file.py:name of a model or of a "
        "function that returns one, an SBML file (.xml, .sbml), a BioNetGen network (.net), "
        "or a COMBINE archive (.omex), which says times and engine")  # fmt: skip
    add("--engine",
        help="gillespie or ssa (exact; the default), tau_leaping, langevin, hybrid, ode (mean field) "
        "or auto")  # fmt: skip
    add("--volume", metavar="V", help="of the microdomain, such as 0.1fL; a number is in fL")
    add("--set", action="append", default=[], metavar="NAME=VALUE", type=_setting,
        help="a parameter by its full name, or an argument of the model; may be repeated")  # fmt: skip
    add("--t-end", metavar="T", help="such as 500ms; a number is in s (default: 60)")
    add("--points", type=int, metavar="N", help="times to record, from 0 to T (default: 201)")
    add("--trajectories", type=int, default=1, metavar="N", help="how many (default: 1)")
    add("--seed", type=int, metavar="S", help="the same seed gives the same numbers (default: a new one)")
    add("--workers", type=int, metavar="W", help="threads (default: one per processor)")
    add("--statistics", action="store_true", help="keep mean and variance over trajectories instead of paths")
    add("--tolerance", type=float, metavar="E", help="error over the exact mean, with --engine auto (default: 0.05)")
    add("--rtol", type=float, metavar="R", help="relative tolerance of the ode engine")
    add("--atol", type=float, metavar="A", help="absolute tolerance of the ode engine, in molecules")
    add("--out", type=Path, metavar="FILE", help="write the result to FILE.nc (NetCDF), or paths to FILE.zarr while "
        "they are computed")  # fmt: skip
    add("--resume", action="store_true", help="finish the ensemble that is in FILE.zarr")
    add("--plot", type=Path, metavar="FILE", help="draw the result to FILE.png (or .pdf, .svg)")
    add("--quiet", action="store_true", help="print no table and no progress bar")
    run.set_defaults(do=_run)


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name.strip() and equals and value.strip()):
        raise argparse.ArgumentTypeError(f"'{text}' is not NAME=VALUE, such as ip3=0.3")
    return name.strip(), value.strip()


# -- commands ----------------------------------------------------------------------------------------------------------


def _list(given: argparse.Namespace) -> int:
    from mechanisms.library import MECHANISMS
    from mechanisms.models import MODELS

    for title, things in (("Models", MODELS), ("Mechanisms", MECHANISMS)):
        print(title)
        for name, thing in things.items():
            module = inspect.getdoc(sys.modules[thing.__module__]) or ""
            print(f"  {name:<26}{textwrap.shorten(module.splitlines()[0], 52, placeholder=' ...')}")
        print()
    print("See one with 'microdomain show NAME', run a model with 'microdomain run NAME'.")
    return 0


def _show(given: argparse.Namespace) -> int:
    from mechanisms.library import MECHANISMS
    from mechanisms.models import MODELS
    from mechanisms.show import text_of_mechanism
    from microdomain.find import UsageError, find_model, is_file_of_model, unknown

    if given.name in MECHANISMS:
        print(text_of_mechanism(MECHANISMS[given.name]))
    elif given.name in MODELS or ".py" in given.name or is_file_of_model(given.name):
        print(find_model(given.name))
    else:
        raise UsageError(unknown(f"model or mechanism '{given.name}'", given.name, [*MODELS, *MECHANISMS]))
    return 0


def _demo(given: argparse.Namespace) -> int:
    from microdomain.demo import demo

    demo(given.out, workers=given.workers)
    return 0


def _run(given: argparse.Namespace) -> int:
    from microdomain.find import UsageError, find_model, is_archive, only_course, wrong_destinations

    wrong = wrong_destinations(given.out, given.plot)
    if given.resume and not _to_store(given):
        wrong.append("--resume: finishes paths in a Zarr store, with --out FILE.zarr and without --statistics")
    if given.points is not None and given.points < 2:
        wrong.append(f"--points {given.points}: at least 2, the start and the end")
    if wrong:
        raise UsageError("\n".join(wrong))
    course = only_course(given.model) if is_archive(given.model) else None
    model = find_model(given.model, dict(given.set), given.volume, None if course is None else course.model)
    return _simulate(given, model, course)


def _simulate(given: argparse.Namespace, model: Any, course: TimeCourse | None) -> int:
    import numpy as np

    import microdomain as md
    from microdomain.forecast import forecast

    options = {name: getattr(given, name) for name in ("rtol", "atol", "tolerance") if getattr(given, name) is not None}
    times, engine = np.linspace(0.0, _end(given.t_end or "60"), given.points or 201), given.engine or "gillespie"
    if course is not None:
        engine = given.engine or course.engine
        if given.t_end is None and given.points is None:
            times = course.times
    engine = ALSO_CALLED.get(engine, engine)
    if told := forecast(model, engine, float(times[-1]), given.trajectories):
        print(f"microdomain: {told}", file=sys.stderr)
    began = time.perf_counter()
    code, failure = 0, ""
    try:
        data = md.simulate(
            model, times, engine=engine, trajectories=given.trajectories, seed=given.seed, workers=given.workers,
            record="statistics" if given.statistics else "grid",
            progress=False if given.quiet else None,
            to=given.out if _to_store(given) else None, resume=given.resume, **options,
        )  # fmt: skip
    except md.Interrupted as stopped:
        data, code, failure = stopped.result, INTERRUPTED, f"stopped: {str(stopped).partition(':')[0]}"
    except md.SimulationError as error:
        data, code, failure = error.result, FAILED, f"microdomain: {error}"
    if failure:
        print(failure, file=sys.stderr)
    if _finished(data):
        _report(given, data, time.perf_counter() - began)
    return code


def _to_store(given: argparse.Namespace) -> bool:
    """Whether paths are written while they are computed."""
    return given.out is not None and given.out.suffix == ".zarr" and not given.statistics


def _end(text: str) -> float:
    """The end of the simulation in s."""
    import microdomain as md
    from mechanisms.units import magnitude
    from microdomain.find import UsageError

    try:
        end = magnitude(text, "s")
    except md.UnitError as error:
        raise UsageError(f"--t-end: {error}, such as 60 or 500ms") from None
    if end <= 0:
        raise UsageError(f"--t-end: found {text}; needed a time later than 0 s")
    return end


def _finished(data: xr.Dataset) -> bool:
    return bool(data.sizes.get("trajectory", data.attrs.get("trajectories", 0)))


def _report(given: argparse.Namespace, data: xr.Dataset, wall_time: float) -> None:
    """Print the table first: it needs nothing that can fail; then write, then draw."""
    from engines.files import write_dataset, write_whole
    from microdomain.summary import summary

    if not given.quiet:
        print(summary(data, wall_time))
    if given.out and not _to_store(given):
        write_dataset(data, given.out)
    if given.plot:
        from microdomain.plots import plot

        figure = plot(data)
        write_whole(given.plot, lambda beside: figure.savefig(beside, dpi=150))
    written = [str(path) for path in (given.out, given.plot) if path]
    if written and not given.quiet:
        print(f"written                   {', '.join(written)}")
