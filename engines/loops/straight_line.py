"""Drift, Jacobian and step of a network, by tables or, where it has some, by straight code of its own.

``code`` is (slope, jacobian, attempt, complete, plan, weights, scale): the addresses of ``engines/straight_line``, 0
where there is none, and what it reads, as in the ``rates`` of ``flow.py``.
"""

from numba import njit

from . import flow
from .pointer import call_int


@njit(nogil=True, error_model="numpy")
def drift(y, rates, code, out):
    """dn/dt of each species."""
    if code[0] != 0:
        call_int(code[0], (y, code[4], code[5], code[6], y, out))
    else:
        flow.drift(y, rates, out)


@njit(nogil=True, error_model="numpy")
def jacobian(y, rates, code, values):
    """The nonzeros of its derivative by the species."""
    if code[1] != 0:
        call_int(code[1], (y, code[4], code[5], code[6], values))
    else:
        flow.jacobian(y, rates, values)


@njit(nogil=True, error_model="numpy")
def complete(y, rates, code):
    """Conducting complexes and quantities, in place."""
    if code[3] != 0:
        call_int(code[3], (y, code[4], code[5], code[6]))
    else:
        flow.complete(y, rates, flow.MEAN_FIELD)
