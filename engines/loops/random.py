"""Random numbers in registers: the SFC64 generator (Doty-Humphrey 2010), exponentials and normals by the ziggurat.

The four words of the state travel as values, not in an array, so that a loop keeps them in registers. Seeded with the
state of ``numpy.random.SFC64``, the words that come are numpy's, bit for bit.
"""

import math

import numpy as np
from numba import njit

TO_UNIT = 1.0 / 9007199254740992.0
"""2^-53: the upper 53 bits of a word times this are uniform on [0, 1)."""

LAYERS = 256
TAIL = 7.69711747013104972
AREA = 0.0039496598225815571993
NORMAL_TAIL = 3.6541528853610088
NORMAL_AREA = 0.00492867323397465524494


def _ziggurat(tail, area, density, inverse):
    """Right edges and heights of the layers under a falling density (Marsaglia & Tsang 2000)."""
    x = np.zeros(LAYERS + 1)
    x[0], x[1] = area / density(tail), tail
    for i in range(2, LAYERS):
        x[i] = inverse(density(x[i - 1]) + area / x[i - 1])
    return x, np.array([density(edge) for edge in x])


EDGE, HEIGHT = _ziggurat(TAIL, AREA, lambda x: math.exp(-x), lambda y: -math.log(y))
NORMAL_EDGE, NORMAL_HEIGHT = _ziggurat(
    NORMAL_TAIL, NORMAL_AREA, lambda x: math.exp(-x * x / 2), lambda y: math.sqrt(-2 * math.log(y))
)


@njit(inline="always")
def word(a, b, c, d):
    """The next 64 random bits and the four words of the next state."""
    bits = a + b + d
    return (
        bits,
        b ^ (b >> np.uint64(11)),
        c + (c << np.uint64(3)),
        ((c << np.uint64(24)) | (c >> np.uint64(40))) + bits,
        d + np.uint64(1),
    )


@njit(inline="always")
def uniform(a, b, c, d):
    """A uniform number on [0, 1), and the next state."""
    bits, a, b, c, d = word(a, b, c, d)
    return np.float64(bits >> np.uint64(11)) * TO_UNIT, a, b, c, d


@njit(inline="always")
def exponential(a, b, c, d):
    """An exponential number of mean 1, and the next state."""
    bits, a, b, c, d = word(a, b, c, d)
    layer = np.int64(bits & np.uint64(255))
    x = np.float64(bits >> np.uint64(11)) * TO_UNIT * EDGE[layer]
    if x < EDGE[layer + 1]:
        return x, a, b, c, d
    return _rejected(layer, x, a, b, c, d)


@njit(cache=True, nogil=True, error_model="numpy")
def _rejected(layer, x, a, b, c, d):
    """The one case in a hundred that falls outside its layer's rectangle."""
    shift = 0.0
    while True:
        u, a, b, c, d = uniform(a, b, c, d)
        if layer == 0:
            shift += TAIL  # the tail is the same law, shifted
        elif HEIGHT[layer] + u * (HEIGHT[layer + 1] - HEIGHT[layer]) < math.exp(-x):
            return shift + x, a, b, c, d
        bits, a, b, c, d = word(a, b, c, d)
        layer = np.int64(bits & np.uint64(255))
        x = np.float64(bits >> np.uint64(11)) * TO_UNIT * EDGE[layer]
        if x < EDGE[layer + 1]:
            return shift + x, a, b, c, d


@njit(inline="always")
def normal(a, b, c, d):
    """A normal number of mean 0 and variance 1, and the next state."""
    bits, a, b, c, d = word(a, b, c, d)
    layer = np.int64(bits & np.uint64(255))
    x = np.float64(bits >> np.uint64(11)) * TO_UNIT * NORMAL_EDGE[layer]
    sign = 1.0 - 2.0 * np.float64((bits >> np.uint64(8)) & np.uint64(1))
    if x >= NORMAL_EDGE[layer + 1]:
        x, a, b, c, d = _rejected_normal(layer, x, a, b, c, d)
    return sign * x, a, b, c, d


@njit(cache=True, nogil=True, error_model="numpy")
def _rejected_normal(layer, x, a, b, c, d):
    """The one case in a hundred that falls outside its layer's rectangle; the tail is that of Marsaglia 1964."""
    while True:
        if layer == 0:
            while True:
                e, a, b, c, d = exponential(a, b, c, d)
                f, a, b, c, d = exponential(a, b, c, d)
                e /= NORMAL_TAIL
                if 2.0 * f > e * e:
                    return NORMAL_TAIL + e, a, b, c, d
        u, a, b, c, d = uniform(a, b, c, d)
        low, high = NORMAL_HEIGHT[layer], NORMAL_HEIGHT[layer + 1]
        if low + u * (high - low) < math.exp(-0.5 * x * x):
            return x, a, b, c, d
        bits, a, b, c, d = word(a, b, c, d)
        layer = np.int64(bits & np.uint64(255))
        x = np.float64(bits >> np.uint64(11)) * TO_UNIT * NORMAL_EDGE[layer]
        if x < NORMAL_EDGE[layer + 1]:
            return x, a, b, c, d
