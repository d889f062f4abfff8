"""Rates, drift and Jacobian at given states, for callers from Python."""

from numba import njit

from . import flow


@njit(cache=True, nogil=True, error_model="numpy")
def rates_at(states, y, rates, reading, found):
    """Fill found[state, reaction] for states (state, species), in one of the readings; y is scratch."""
    for n in range(len(states)):
        for i in range(states.shape[1]):
            y[i] = states[n, i]
        flow.complete(y, rates, reading)
        for j in range(found.shape[1]):
            found[n, j] = flow.rate(j, y, rates, reading)


@njit(cache=True, nogil=True, error_model="numpy")
def drift_at(y, rates, slope):
    """Fill the drift at y."""
    flow.complete(y, rates, flow.MEAN_FIELD)
    flow.drift(y, rates, slope)


@njit(cache=True, nogil=True, error_model="numpy")
def jacobian_at(y, rates, values):
    """Fill the nonzeros of the Jacobian of the drift at y."""
    flow.complete(y, rates, flow.MEAN_FIELD)
    flow.jacobian_at(y, rates, values, True)
