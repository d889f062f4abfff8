"""The stationary state of the mean field, and whether small deviations from it die out.

The ODE engine integrates from the initial state; Newton's method finishes, among the states with the same conserved
totals, where the Jacobian is regular. A state that the integration passes by, or where deviations grow, is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError

from engines.linear_noise.views import NoiseViews
from engines.ode import ODE
from mechanisms.faults import Portable
from mechanisms.network import Floats, Network, Signal

PASSING = 10.0 ** np.arange(-3, 11)
"""Times in s at which Newton's method is tried."""
MOST_STEPS = 300_000
NEAR = 1e-3
"""How far from the integrated state Newton's method may end, relative to it (or to one molecule)."""
SETTLED = 1e-12
"""A drift this much smaller than the fluxes that make it is rounding."""
CONVERGED = 1e-9
"""A step of Newton's method this small, in standard deviations, is the last: what it leaves is its square."""
NEUTRAL = 1e-12
"""An eigenvalue this much smaller than the largest is zero."""


class InstabilityError(Portable, RuntimeError):
    """The mean field comes to rest in no stable state.

    eigenvalues (mode,) in 1/s and state (species,) in molecules: of the unstable state, or of a stable one that is not
    come to; the last one reached, with no eigenvalues, where there is none.
    """

    def __init__(self, message: str, eigenvalues: Floats, state: Floats) -> None:
        super().__init__(message)
        self.eigenvalues, self.state = eigenvalues, state


@dataclass(frozen=True)
class Subspace:
    """The changes of state that reactions can make: n = state + scale * (basis @ z), z of order one per sd.

    scale: (species,) molecules, the square roots of the counts. basis: (species, r) orthonormal, r the rank of the
    stoichiometry of those reactions that can happen; everything outside is conserved.
    """

    scale: Floats
    basis: Floats

    @classmethod
    def of(cls, views: NoiseViews, state: Floats) -> Subspace:
        """That of a network near a state."""
        changes = views.changes[:, views.coefficients != 0]
        moved, continuous = changes.any(axis=1), views.network.continuous
        scale = np.sqrt(np.maximum(np.abs(state), 1.0))
        rank = int(np.linalg.matrix_rank(changes[~continuous])) if changes.size else 0
        left = np.zeros((len(scale), rank))
        if rank:
            left[~continuous] = np.linalg.svd((changes / scale[:, None])[~continuous], full_matrices=False)[0][:, :rank]
        left[~moved] = 0.0
        return cls(scale, np.hstack([left, np.eye(len(scale))[:, moved & continuous]]))

    def inward(self, change: Floats) -> Floats:
        """Coordinates (r, ...) of a change (species, ...) that reactions can make."""
        found: Floats = self.basis.T @ (change.T / self.scale).T
        return found

    @property
    def outward(self) -> Floats:
        """(species, r) molecules per coordinate."""
        return self.scale[:, None] * self.basis

    def drift(self, jacobian: Floats) -> Floats:
        """The Jacobian (species, species) in coordinates: (r, r)."""
        return self.inward(jacobian @ self.outward)


def held(network: Network, t: float) -> Network:
    """The network with every input at its value at the time t."""
    y = network.values(t)
    values = y[network.first_input : network.first_input + len(network.inputs)]
    signals = tuple(Signal(np.empty(0), np.array([value])) for value in values)
    return replace(network, signals=signals, initial=y[: len(network.species)].copy())


def stationary_state(network: Network) -> tuple[Floats, Subspace]:
    """The stable state (species,) in molecules that the mean field of a network without edges comes to rest in.

    Raises InstabilityError where it oscillates, grows, is neutral or does not settle, also beside a stable state.
    """
    views = NoiseViews(network)
    reached, refused = network.initial, None
    for reached in _passed(network):
        found = _newton(views, reached, NEAR)
        if found is None:
            continue
        space, eigenvalues, _ = _modes(views, found)
        if _is_stable(eigenvalues):
            return found, space
        refused = found
    if refused is None:
        refused = _newton(views, reached, np.inf)
    if refused is None or not (refused > -1e-9)[~network.signed].all():
        raise InstabilityError(_unsettled(views, reached), np.empty(0), reached)
    _, eigenvalues, vectors = _modes(views, refused)
    raise InstabilityError(_explained(network, refused, eigenvalues, vectors), eigenvalues, refused)


def _passed(network: Network) -> Iterator[Floats]:
    """States (species,) of the mean field at growing times, as far as it could be integrated."""
    grid = np.concatenate([[0.0], PASSING])
    states = np.empty((1, len(grid), network.first_quantity))
    run = ODE(rtol=1e-8, atol=1e-8, max_steps=MOST_STEPS).prepare(network, 0.0, float(grid[-1]))
    run.trajectories(None, grid, states, np.zeros(2, dtype=np.int64))
    for state in states[0, :, : len(network.species)]:
        if np.isfinite(state).all():
            yield state


def _newton(views: NoiseViews, start: Floats, near: float) -> Floats | None:
    """The zero of the drift in the conservation class of ``start``, at most ``near`` away; None where there is none."""
    state = start.copy()
    for _ in range(50):
        drift = views.drift(state)
        fluxes = np.abs(views.changes) @ np.abs(views.activity(state))
        settled = bool((np.abs(drift) <= SETTLED * fluxes).all())
        if not np.isfinite(drift).all():
            return None
        if settled:
            return state
        space = Subspace.of(views, state)
        try:
            step = np.linalg.solve(space.drift(views.jacobian(state)), -space.inward(drift))
        except LinAlgError:
            return None
        state = state + space.outward @ step
        if not (np.abs(state - start) <= near * np.maximum(np.abs(start), 1.0)).all():
            return None
        if np.abs(step).max(initial=0.0) < CONVERGED:
            return state
    return None


def _modes(views: NoiseViews, state: Floats) -> tuple[Subspace, Floats, Floats]:
    """The subspace, the Jacobian's eigenvalues in it, the least stable first, and that one's direction (species,)."""
    space = Subspace.of(views, state)
    values, vectors = np.linalg.eig(space.drift(views.jacobian(state)))
    order = np.argsort(-values.real)
    return space, values[order], (space.outward @ vectors[:, order[:1]]).ravel()


def _is_stable(eigenvalues: Floats) -> bool:
    return not len(eigenvalues) or bool(eigenvalues[0].real < -NEUTRAL * np.abs(eigenvalues).max())


def _explained(network: Network, state: Floats, eigenvalues: Floats, direction: Floats) -> str:
    worst = eigenvalues[0]
    share = np.abs(direction) / np.abs(direction).max()
    order = np.argsort(-share.round(9), kind="stable")  # equal shares in the order of the species
    named = ", ".join(network.species[i] for i in order[:4] if share[i] > 0.05)
    where = ", ".join(f"{network.species[i]} = {state[i]:.4g}" for i in order[:6])
    if _is_stable(eigenvalues):
        return (
            "linear noise needs the mean field to come to rest, and from the initial state of the model it does not, "
            f"although there is a stable state at {where}, whose slowest deviations decay with the eigenvalue "
            f"{worst:.3g} 1/s: it coexists with a cycle, or with growth, which the initial state leads to. Begin "
            "nearer to the stable state, or use linear_noise(model, times) for a limited time, or engine='gillespie'."
        )
    if worst.real <= NEUTRAL * np.abs(eigenvalues).max():
        like = "as at a bifurcation or where birth balances death"
        if _is_charge(network)[int(np.argmax(share))]:
            like = "as where no current through a membrane depends on its voltage (a leak would)"
        what = (
            f"the eigenvalue {worst:.2g} 1/s of the Jacobian has no real part: nothing draws deviations in {named} "
            f"back, {like}, and their variance grows without end"
        )
    elif abs(worst.imag) > 1e-9 * abs(worst):
        what = (
            f"the eigenvalues {worst.real:.4g} ± {abs(worst.imag):.4g}i 1/s of the Jacobian have a positive real part: "
            f"deviations in {named} grow while they oscillate with a period near {2 * np.pi / abs(worst.imag):.3g} s, "
            "beyond a Hopf bifurcation; the mean field goes round a cycle and has no variance about a point"
        )
    else:
        what = (
            f"the eigenvalue {worst.real:.4g} 1/s of the Jacobian is positive: deviations in {named} grow without "
            "oscillating, as between the two states of a bistable system or where growth has no bound"
        )
    return (
        f"linear noise needs a stable stationary state, and at {where} {what}. Use linear_noise(model, times) for a "
        "limited time, or engine='gillespie'."
    )


def _unsettled(views: NoiseViews, reached: Floats) -> str:
    network, drift = views.network, views.drift(reached)
    fastest = int(np.argmax(np.abs(drift) / np.maximum(np.abs(reached), 1.0)))
    unit, why = "molecules", "It grows or oscillates."
    if network.continuous[fastest]:
        unit = network.units[fastest]
    elif _is_charge(network)[fastest]:
        unit = "elementary charges"
        why = "It grows, as where no current through the membrane depends on its voltage (a leak would), or oscillates."
    return (
        "linear noise needs a stationary state, and the mean field from the initial state of the model did not settle: "
        f"{network.species[fastest]} = {reached[fastest]:.4g} {unit} still changes by {drift[fastest]:.3g} per second. "
        f"{why} Use linear_noise(model, times) for a limited time, or engine='ode'."
    )


def _is_charge(network: Network) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = network.signed & ~network.continuous
    return found
