"""How long a run that counts every reaction will take, told before it does."""

from __future__ import annotations

from typing import Any

FAST = 1e7
"""Reactions per second, of an engine that counts each."""
PATIENCE = 300.0
"""Seconds that nobody need be told of."""


def forecast(model: Any, engine: str, end: float, trajectories: int) -> str:
    """What to expect of ``trajectories`` until ``end`` (s) at the rates of the start, or "" where it is soon done."""
    import numpy as np

    from engines.views import Views
    from mechanisms.splitting import one_way

    if engine != "gillespie":
        return ""
    network = one_way(model.network())
    with np.errstate(all="ignore"):
        rates = Views(network).propensities(network.initial[None])[0]
    counted = rates[~network.deterministic]
    reactions = float(np.abs(counted[np.isfinite(counted)]).sum()) * end
    seconds = reactions * trajectories / FAST
    if seconds < PATIENCE:
        return ""
    days = seconds / 86400
    long = f"{days:.0e} days" if days > 1e4 else f"{days:.0f} days" if days > 2 else f"{seconds / 3600:.1f} hours"
    return (
        f"at the rates of the start {reactions:.0e} reactions will happen in a trajectory, which takes some {long}; "
        "--engine ode, langevin or tau_leaping does not count each (Ctrl-C stops)"
    )
