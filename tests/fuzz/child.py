"""The process in which inputs are tried: it may crash or hang, and is then replaced."""

from __future__ import annotations

import faulthandler
import os
import resource
import signal
import tempfile
import traceback
import warnings
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType
from typing import NoReturn

from tests.fuzz.borders import BORDERS, Refused
from tests.fuzz.commands import write_files

MEMORY = 16 << 30
"""Bytes of addresses: one input must not take the machine."""
DOCUMENTED = ("ValueError in mechanisms/signal.py:train",)
"""Errors of Python that a docstring promises."""
ROOT = Path(__file__).resolve().parents[2]


def serve(connection: Connection, patience: float) -> None:
    """Try what is sent, (border, text), until there is no more; answer (outcome, what was raised, where).

    patience: seconds after which the user presses Ctrl-C where that is allowed.
    """
    import engines.unroll
    import microdomain as md
    from engines.result import OptionError
    from microdomain.find import UsageError

    faulthandler.enable()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    engines.unroll.LARGEST = 0  # tables, which need no compilation of their own
    warnings.simplefilter("error")
    ours = (md.ModelError, md.RequestError, md.UnitError, md.SimulationError, md.InstabilityError)
    ours = (*ours, OptionError, UsageError, OSError, Refused)
    signal.signal(signal.SIGALRM, _press)
    with tempfile.TemporaryDirectory() as folder:
        write_files(Path(folder))
        os.chdir(folder)
        while True:
            try:
                border, text = connection.recv()
            except EOFError:
                return
            connection.send(_tried(border, text, ours, patience))


def _press(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _tried(border: str, text: str, ours: tuple[type[Exception], ...], patience: float) -> tuple[str, str, str]:
    if border in ("construction", "command"):  # which may ask for much, as a user may
        signal.setitimer(signal.ITIMER_REAL, patience)
    try:
        BORDERS[border].try_it(text)
    except ours as error:
        return "refused", type(error).__name__, ""
    except SystemExit as error:
        return ("refused" if error.code else "accepted"), "SystemExit", ""
    except KeyboardInterrupt:
        return "stopped", "KeyboardInterrupt", ""
    except BaseException as error:
        if _signature(error) in DOCUMENTED:
            return "refused", type(error).__name__, ""
        return "foreign", _signature(error), traceback.format_exc()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return "accepted", "", ""


def _signature(error: BaseException) -> str:
    """The type, and the last place of this project that it passed: one for each thing that is wrong."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(ROOT) and "fuzz" not in frame.filename
    ]
    if not frames:
        return f"{type(error).__name__} in the input itself"
    path = Path(frames[-1].filename).relative_to(ROOT)
    return f"{type(error).__name__} in {path}:{frames[-1].name}"
