"""Where text of others comes in: how an input is made, and what is done with it."""

from __future__ import annotations

import contextlib
import io
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.fuzz import documents
from tests.fuzz.commands import command
from tests.fuzz.mutations import OF_LINES, OF_XML, Mutation, Rng, mutated, pick
from tests.fuzz.scripts import script

SHORT = [0.0, 0.5, 1.0]
"""Times in s."""
LIMIT = 500
"""Steps or events: fewer than what any document needs that is stiff, or of molar amounts."""


@dataclass(frozen=True)
class Border:
    """make: an input from random numbers and valid documents; try_it: returns where it is accepted, else raises.

    share: of all inputs; ending: of a file that holds an input.
    """

    make: Callable[[Rng, Sequence[str]], str]
    try_it: Callable[[str], None]
    share: float
    ending: str
    valid: tuple[str, ...] = ()


def _of_documents(mutations: Sequence[Mutation]) -> Callable[[Rng, Sequence[str]], str]:
    return lambda rng, valid: mutated(rng, pick(rng, valid), mutations)


def _read_and_run(reader: str) -> Callable[[str], None]:
    def try_it(text: str) -> None:
        import microdomain as md

        run(getattr(md, reader)(text))

    return try_it


def run(model: Any) -> None:
    """A very short mean field and exact path; a refusal by one engine is none by the other."""
    import microdomain as md

    model.network()
    refusals = []
    for engine, limit in (("ode", "max_steps"), ("gillespie", "max_events")):
        try:
            md.simulate(model, SHORT, engine=engine, seed=1, workers=1, progress=False, **{limit: LIMIT})
        except md.SimulationError as error:
            error.result.load()
        except md.RequestError as error:
            refusals.append(error)
    if len(refusals) == 2:
        raise refusals[0]


def execute(text: str) -> None:
    """A script."""
    exec(compile(text, "script", "exec"), {"__name__": "script"})


def call(text: str) -> None:
    """The command in this process; what it prints is dropped."""
    from microdomain.cli import main

    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()) as said:
        code = main(shlex.split(text))
    if code:
        raise Refused(said.getvalue())


class Refused(Exception):
    """The command said what was wrong, and returned another code than 0."""


BORDERS = {
    "sbml": Border(_of_documents(OF_XML), _read_and_run("read_sbml"), 0.35, ".xml", documents.SBML),
    "bionetgen": Border(_of_documents(OF_LINES), _read_and_run("read_bionetgen"), 0.3, ".net", documents.NETS),
    "construction": Border(lambda rng, _: script(rng), execute, 0.25, ".py"),
    "command": Border(lambda rng, _: command(rng), call, 0.1, ".txt"),
}
