"""The options of engines that are numbers, and what each of them may be."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from numbers import Real
from typing import Any

from engines.result import OptionError

ALLOWED: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "rtol": ("0 < rtol < 1", lambda rtol: 0 < rtol < 1),
    "atol": ("atol > 0, in molecules", lambda atol: 0 < atol < inf),
    "epsilon": ("0 < epsilon <= 0.5", lambda epsilon: 0 < epsilon <= 0.5),
    "step": ("step > 0, in s, or None", lambda step: 0 < step < inf),
    "max_steps": ("1 <= max_steps <= 10^18", lambda most: 1 <= most <= 10**18),
    "max_events": ("1 <= max_events <= 10^18", lambda most: 1 <= most <= 10**18),
}


def check_options(**given: Any) -> None:
    """Raise OptionError for options, by name, that are not what they may be."""
    wrong = {name: value for name, value in given.items() if not _is_allowed(name, value)}
    if wrong:
        found = ", ".join(f"{name}={value!r}" for name, value in wrong.items())
        raise OptionError(found, "; ".join(ALLOWED[name][0] for name in wrong))


def _is_allowed(name: str, value: Any) -> bool:
    return isinstance(value, Real) and ALLOWED[name][1](value)
