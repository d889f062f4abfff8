"""The noise of conducting complexes that counts of subunits do not have.

N complexes of m subunits conduct with k or more of them in the watched state. In a large system subunits are
independent, a fraction p in that state, and the number of conducting complexes falls into parts by how many subunits
they involve (Hoeffding 1948):

    O - E O = sum over d of kappa_d sum over complexes and sets S of d of their subunits of prod over S of (w_i - p),
    kappa_d = sum over j of (-1)^(d - j) C(d, j) P(Binomial(m - d, p) >= k - j).

The part d = 1 is a function of the counts of subunits, the slope of the mean field. The others are uncorrelated with
it and do not answer to the rest of the system to first order: they are a noise xi from outside, with

    Cov(xi(s), xi(t)) = N sum over d >= 2 of C(m, d) kappa_d(s) kappa_d(t) g^d,    g = r . x(t),

where x is the deviation of one subunit's occupancies that starts as p_w (e_w - p) at s and follows dx/dt = G x, G being
the generator of one subunit, and r reads the watched state. The monomials of degree d in x follow a linear equation of
their own, and r . x to the power d is linear in them: xi is coloured noise with as many states as there are monomials.

Hoeffding W (1948) A class of statistics with asymptotically normal distribution. Annals of Mathematical Statistics 19,
293-325.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations_with_replacement
from math import comb, factorial, inf, prod
from typing import Any

import numpy as np
from scipy import sparse
from scipy.linalg import schur

from mechanisms.network import Floats, Network
from mechanisms.places import Multimer


@dataclass(frozen=True)
class Coloured:
    """A noise with Cov(xi(0), xi(t)) = read exp(generator t) start; (p,), (p, p) in 1/s, and (p,)."""

    read: Any
    generator: Any
    start: Any


class Stationary(Coloured):
    """One whose generator is complex, sparse and upper triangular."""

    @property
    def variance(self) -> float:
        """Var xi."""
        return float((self.read @ self.start).real)

    def transform(self, z: Any) -> Any:
        """The integral of exp(-z t) Cov(xi(0), xi(t)) over t > 0, for many z (n,)."""
        return self._backward(lambda k, right: right / (z - self.generator[k, k]), np.ones(len(z))) @ self.read

    def driving(self, drift: Floats, driven: Floats) -> Any:
        """Cov(x, states of xi) (r, p) of dx = A x dt + b xi dt: A U + U F^T + b start^T = 0."""
        one = np.eye(len(drift))
        return self._backward(lambda k, right: np.linalg.solve(-drift - self.generator[k, k] * one, right), driven)

    def _backward(self, solve: Any, source: Any) -> Any:
        """Rows from the last to the first, where each needs those behind it."""
        found = np.zeros((len(self.start), len(source)), dtype=complex)
        starts, columns, values = self.generator.indptr, self.generator.indices, self.generator.data
        for k in range(len(found) - 1, -1, -1):
            row = slice(starts[k], starts[k + 1])
            found[k] = solve(k, values[row] @ found[columns[row]] + self.start[k] * source)
        return found.T


def states_of(group: Multimer) -> int:
    """How many states the noise of a multimer has."""
    return sum(comb(len(group.states) + d - 2, d) for d in range(2, group.subunits + 1))


class GatingNoise:
    """xi of one multimer.

    number: of the multimer. monomials: (p, K - 1) exponents; of K occupancies that add up to 1, the last is left out.
    """

    def __init__(self, network: Network, number: int) -> None:
        self.number, self.group = number, network.multimers[number]
        self.states = [network.species.index(name) for name in self.group.states]
        self.watched = self.group.states.index(self.group.watched)
        free = len(self.states) - 1
        chosen = [c for d in range(2, self.group.subunits + 1) for c in combinations_with_replacement(range(free), d)]
        self.monomials = np.array([[c.count(i) for i in range(free)] for c in chosen], dtype=np.int64)
        self.degree = self.monomials.sum(axis=1)

    def at(self, state: Floats, held: Floats) -> Coloured:
        """xi at a state (species,), where the drift has the slopes ``held`` (species, species), complexes held.

        Every step of a subunit is of first order in its state, so these hold the generator of one subunit.
        """
        generator, deviation = self._subunit(state, held)
        return Coloured(self.read(state), self._raised(generator), self._started(state, deviation))

    def stationary(self, state: Floats, held: Floats) -> Stationary:
        """The same at a stationary state, by the Schur form of G, in which the monomials follow one another."""
        generator, deviation = self._subunit(state, held)
        form, basis = schur(generator, output="complex")
        raised = sparse.csr_array(np.triu(self._raised(form)))
        read = self._kappa(self._fraction(state)) * self._ways(self._reader @ basis)
        return Stationary(read, raised, self._started(state, basis.conj().T @ deviation))

    def read(self, state: Floats) -> Floats:
        """What makes xi of its states, (p,), at a state (species,)."""
        found: Floats = self._kappa(self._fraction(state)) * self._ways(self._reader)
        return found

    def variance(self, state: Floats) -> float:
        """Var xi at a state (species,)."""
        p, m = self._fraction(state), self.group.subunits
        shares = (comb(m, d) * _kappa(self.group, d, p) ** 2 * (p * (1 - p)) ** d for d in range(2, m + 1))
        return float(self.group.count * sum(shares))

    def _subunit(self, state: Floats, held: Floats) -> tuple[Floats, Floats]:
        """G (K - 1, K - 1), and the deviation p_w (e_w - p) (K - 1,)."""
        generator = held[np.ix_(self.states, self.states)]
        occupied = state[self.states] / (self.group.count * self.group.subunits)
        deviation = occupied[self.watched] * (np.eye(len(occupied))[self.watched] - occupied)
        return generator[:-1, :-1] - generator[:-1, -1:], deviation[:-1]

    def _raised(self, generator: Any) -> Any:
        """The generator of the monomials, (p, p)."""
        size = len(self.degree)
        return (self._spread @ generator.ravel()).reshape(size, size)

    def _started(self, state: Floats, deviation: Any) -> Any:
        """(p,) N C(m, d) kappa_d times the monomials of a deviation."""
        sets = self.group.count * np.array([float(comb(self.group.subunits, d)) for d in self.degree])
        return sets * self._kappa(self._fraction(state)) * np.prod(deviation**self.monomials, axis=1)

    def _fraction(self, state: Floats) -> float:
        """p, of subunits in the watched state."""
        return float(state[self.states[self.watched]]) / (self.group.count * self.group.subunits)

    def _kappa(self, p: float) -> Floats:
        """(p,) kappa_d, d the degree of each monomial."""
        by_degree = np.array([_kappa(self.group, d, p) for d in range(self.group.subunits + 1)])
        found: Floats = by_degree[self.degree]
        return found

    @property
    def _reader(self) -> Floats:
        """r (K - 1,)."""
        last = len(self.states) - 1
        return -np.ones(last) if self.watched == last else np.eye(last)[self.watched]

    def _ways(self, reader: Any) -> Any:
        """(p,) the coefficients of the monomials in (r . x)^d."""
        return self._multinomials * np.prod(reader**self.monomials, axis=1)

    @cached_property
    def _multinomials(self) -> Floats:
        ways = [factorial(sum(powers)) / prod(map(factorial, powers)) for powers in self.monomials.tolist()]
        return np.array(ways)

    @cached_property
    def _spread(self) -> sparse.csr_array:
        """(p * p, (K - 1)^2) from G to the generator of the monomials: d(x^a)/dt = sum a_i G_ij x^(a - e_i + e_j)."""
        size, free = self.monomials.shape
        number = {tuple(powers): i for i, powers in enumerate(self.monomials.tolist())}
        entries = []
        for powers, row in number.items():
            for i in np.flatnonzero(powers):
                for j in range(free):
                    target = np.array(powers)
                    target[i] -= 1
                    target[j] += 1
                    entries.append((row * size + number[tuple(target.tolist())], i * free + j, float(powers[i])))
        rows, columns, values = zip(*entries, strict=True)
        return sparse.csr_array((values, (rows, columns)), shape=(size * size, free * free))


def gating_noises(network: Network, most: float = inf) -> list[GatingNoise]:
    """Those of all multimers whose noise has at least one state and no more than ``most``."""
    return [GatingNoise(network, m) for m, group in enumerate(network.multimers) if 0 < states_of(group) <= most]


def _kappa(group: Multimer, d: int, p: float) -> float:
    """The d-th difference of P(at least k of m in the watched state) when d of the m are set."""
    m, k = group.subunits, group.needed
    return float(sum((-1) ** (d - j) * comb(d, j) * _at_least(k - j, m - d, p) for j in range(d + 1)))


def _at_least(k: int, m: int, p: float) -> float:
    """P(Binomial(m, p) >= k)."""
    return sum(comb(m, j) * p**j * (1 - p) ** (m - j) for j in range(max(k, 0), m + 1))
