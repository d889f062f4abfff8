"""Rates, drift and Jacobian at given states, for callers from Python."""

from numba import njit

from . import flow


@njit(cache=True, nogil=True, error_model="numpy")
def rates_at(states, y, rates, counting, found):
    """Fill found[state, reaction] for states (state, species), in one of the two readings; y is scratch."""
    for n in range(len(states)):
        for i in range(states.shape[1]):
            y[i] = states[n, i]
        flow.complete(y, rates, counting)
        for j in range(found.shape[1]):
            found[n, j] = flow.rate(j, y, rates, counting)


@njit(cache=True, nogil=True, error_model="numpy")
def drift_at(y, rates, slope):
    """Fill the drift at y."""
    flow.complete(y, rates, False)
    flow.drift(y, rates, slope)


@njit(cache=True, nogil=True, error_model="numpy")
def jacobian_at(y, rates, values):
    """Fill the nonzeros of the Jacobian of the drift at y."""
    flow.complete(y, rates, False)
    flow.jacobian(y, rates, values)
