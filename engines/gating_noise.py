"""The noise of conducting complexes that counts of subunits do not have.

N complexes of m subunits conduct with k or more of them in the watched state. In a large system subunits are
independent, a fraction p in that state, and the number of conducting complexes falls into parts by how many subunits
they involve (Hoeffding 1948):

    O - E O = sum over d of kappa_d sum over complexes and sets S of d of their subunits of prod over S of (w_i - p),
    kappa_d = sum over j of (-1)^(d - j) C(d, j) P(Binomial(m - d, p) >= k - j).

The part d = 1 is a function of the counts of subunits, the slope of the mean field. The others are uncorrelated with
it and do not answer to the rest of the system to first order: they are a noise xi from outside, with

    Cov(xi(0), xi(t)) = N sum over d >= 2 of C(m, d) kappa_d^2 g(t)^d = sum over modes of weight exp(rate t),

g(t) the autocovariance of one subunit being in the watched state.

Hoeffding W (1948) A class of statistics with asymptotically normal distribution. Annals of Mathematical Statistics 19,
293-325.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations_with_replacement
from math import comb, factorial, prod

import numpy as np
from numpy.typing import NDArray

from mechanisms.network import Floats, Network
from mechanisms.places import Multimer

NEGLIGIBLE = 1e-12
"""Modes that carry less of the variance than this are left out."""


@dataclass(frozen=True)
class GatingNoise:
    """xi of one multimer; weights (mode,) in complexes^2 and rates (mode,) in 1/s, in conjugate pairs where complex."""

    weights: NDArray[np.complex128]
    rates: NDArray[np.complex128]


def gating_noise(network: Network, group: Multimer, state: Floats, jacobian: Floats) -> GatingNoise:
    """xi of a multimer at a stationary state (species,); jacobian (species, species) at it.

    Every step of a subunit is of first order in its state, so the Jacobian holds the generator of one subunit.
    """
    states = [network.species.index(name) for name in group.states]
    watched = group.states.index(group.watched)
    occupied = state[states] / (group.count * group.subunits)
    values, right = np.linalg.eig(jacobian[np.ix_(states, states)])
    left = np.linalg.inv(right)
    # Cov(w(0), w(t)) = e_w exp(G t) (p_w (e_w - p)); the mode of conservation has weight zero.
    deviation = occupied[watched] * (np.eye(len(states))[watched] - occupied)
    shares = right[watched] * (left @ deviation)
    kept = [i for i in range(len(states)) if abs(shares[i]) > NEGLIGIBLE * occupied[watched]]
    weights: list[complex] = []
    rates: list[complex] = []
    for d in range(2, group.subunits + 1):
        strength = group.count * comb(group.subunits, d) * _kappa(group, d, float(occupied[watched])) ** 2
        for chosen in combinations_with_replacement(kept, d):
            ways = factorial(d) / prod(factorial(chosen.count(i)) for i in set(chosen))
            weights.append(strength * ways * prod(shares[i] for i in chosen))
            rates.append(sum(values[i] for i in chosen))
    found = np.array(weights, dtype=complex)
    large = np.abs(found) > NEGLIGIBLE * np.abs(found).sum()
    return GatingNoise(found[large], np.array(rates, dtype=complex)[large])


def _kappa(group: Multimer, d: int, p: float) -> float:
    """The d-th difference of P(at least k of m in the watched state) when d of the m are set."""
    m, k = group.subunits, group.needed
    return float(sum((-1) ** (d - j) * comb(d, j) * _at_least(k - j, m - d, p) for j in range(d + 1)))


def _at_least(k: int, m: int, p: float) -> float:
    """P(Binomial(m, p) >= k)."""
    return sum(comb(m, j) * p**j * (1 - p) ** (m - j) for j in range(max(k, 0), m + 1))
