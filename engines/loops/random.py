"""Random numbers in registers: SFC64 (Doty-Humphrey 2010), exponentials and normals by ziggurats, Poisson numbers.

The four words of the state travel as values, not in an array, so that a loop keeps them in registers. Seeded with the
state of ``numpy.random.SFC64``, the words that come are numpy's, bit for bit.
"""

import math

import numpy as np
from numba import njit

TO_UNIT = 1.0 / 9007199254740992.0
"""2^-53: the upper 53 bits of a word times this are uniform on [0, 1)."""
SQRT_HALF = math.sqrt(0.5)

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


@njit(nogil=True, error_model="numpy")
def poisson(mean, a, b, c, d):
    """A Poisson number, a whole float, and the next state; exact to rounding for any mean up to 1e15.

    Below a mean of 10 by inversion, above by transformed rejection with squeeze (Hoermann 1993, PTRS).
    """
    if mean < 10.0:
        u, a, b, c, d = uniform(a, b, c, d)
        k, p = 0.0, math.exp(-mean)
        while u >= p and p > 0.0:
            u -= p
            k += 1.0
            p *= mean / k
            if k > mean and p < TO_UNIT:  # what rounding has left over
                break
        return k, a, b, c, d
    width = 0.931 + 2.53 * math.sqrt(mean)
    skew = -0.059 + 0.02483 * width
    inverse_alpha = 1.1239 + 1.1328 / (width - 3.4)
    quick = 0.9277 - 3.6224 / (width - 2.0)
    while True:
        u, a, b, c, d = uniform(a, b, c, d)
        v, a, b, c, d = uniform(a, b, c, d)
        u -= 0.5
        edge = 0.5 - abs(u)
        k = math.floor((2.0 * skew / edge + width) * u + mean + 0.43)
        if edge >= 0.07 and v <= quick:
            return k, a, b, c, d
        if k < 0.0 or (edge < 0.013 and v > edge):
            continue
        if math.log(v * inverse_alpha / (skew / (edge * edge) + width)) <= log_poisson(k, mean):
            return k, a, b, c, d


@njit(nogil=True, error_model="numpy")
def log_poisson(k, mean):
    """The logarithm of the probability of k.

    As Loader (2000) writes it: the sum of -mean, k log(mean) and -log(k!) would lose all digits where they are large.
    """
    if k < 16.0:
        return k * math.log(mean) - mean - math.lgamma(k + 1.0)
    rest = (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - 1.0 / (1680.0 * k * k)) / (k * k)) / (k * k)) / k
    v = (k - mean) / (k + mean)
    if abs(v) > 0.1:
        distance = k * math.log(k / mean) + mean - k
    else:
        distance = (k - mean) * v
        term, i = 2.0 * k * v, 3.0
        while True:
            term *= v * v
            longer = distance + term / i
            if longer == distance:
                break
            distance = longer
            i += 2.0
    return -rest - distance - 0.5 * math.log(2.0 * math.pi * k)


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
