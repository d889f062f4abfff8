"""The Gillespie engine: exact next-event simulation (Gillespie 1977) of the jump reading of a network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engines.hybrid import Hybrid
from engines.next_event import Run
from engines.options import check_options
from mechanisms.network import Network


@dataclass(frozen=True)
class Gillespie:
    """Exact in law, also with inputs that are constant between edges: the clock stops at each edge.

    Where rates change between reactions, by continuous variables, time or events, their hazards are integrated, as by
    ``engines.hybrid.Hybrid`` in which everything jumps, at its default tolerance.

    max_events: the most reactions that one trajectory may fire; it then ends with the status "too many events".
    Raises OptionError for a limit below 1.
    """

    max_events: int = 10**12
    name = "gillespie"
    stochastic = True
    whole = True
    work = "events"
    one_by_one = True
    remedy = "Try engine='hybrid' with other rtol= or atol="

    def __post_init__(self) -> None:
        check_options(max_events=self.max_events)

    def refusal(self, network: Network) -> str:
        """Why this engine cannot run the network and which can, or ""."""
        return ""

    def prepare(self, network: Network, t_start: float, t_end: float) -> Any:
        """Everything that all trajectories share; variables are integrated between the jumps."""
        if network.continuous.any() or network.events:
            return Hybrid("jump", max_events=self.max_events).prepare(network, t_start, t_end)
        return Run(network, t_start, t_end, int(self.max_events))
