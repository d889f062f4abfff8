"""What the arguments of a choice mean; every fault is found before anything runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from engines.request import ENGINES
from mechanisms.faults import Fault, unknown
from mechanisms.names import called_in
from mechanisms.network import Network
from mechanisms.units import Given
from mechanisms.values import check_number, read_positive


def read_engines(network: Network, given: Sequence[str] | None, faults: list[Fault]) -> tuple[str, ...]:
    """The names of the engines that may be chosen: those that are given, or all that can run the network."""
    if given is None:
        return tuple(name for name, engine in ENGINES.items() if not engine().refusal(network))
    listed = (given,) if isinstance(given, str) or not np.iterable(given) else tuple(given)
    for name in listed:
        if not isinstance(name, str) or name not in ENGINES:
            faults.append(unknown("engines", str(name), "engines", ENGINES))
        elif reason := ENGINES[name]().refusal(network):
            faults.append(Fault(f"engine '{name}'", reason, "engines that can run this network"))
    if not listed:
        faults.append(Fault("engines", "none", f"some of {', '.join(ENGINES)}"))
    return listed


def read_diffusion(network: Network, given: Mapping[str, Given], faults: list[Fault]) -> dict[str, float]:
    """um^2/s by full name of species."""
    called = called_in(network.species, network.places)
    found: dict[str, float] = {}
    for name, value in given.items():
        if name not in called:
            faults.append(unknown("diffusion", str(name), "species", network.species))
            continue
        found[called[name]] = read_positive(f"diffusion of '{name}'", value, "um^2/s", faults)
    return found


def check_tolerance(given: Any, budget: Any, faults: list[Fault]) -> None:
    """Append a fault for a tolerance, or a budget in seconds, that is none."""
    check_number("tolerance", given, 0.0, 1.0, faults, "1 is 100 %")
    check_number("budget", budget, 0.0, np.inf, faults)
