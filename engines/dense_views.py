"""Drift, Jacobian and diffusion of a network as full matrices, for algebra on covariances."""

from __future__ import annotations

from typing import Any

import numpy as np

from engines.kernel import loops
from engines.views import Views
from mechanisms.network import Floats, Network


class DenseViews(Views):
    """Views whose matrices are full; for networks of some hundred species.

    changes: (species, reactions), the stoichiometry N.
    """

    def __init__(self, network: Network, t: float = 0.0) -> None:
        super().__init__(network, t)
        self.changes: Floats = self.stoichiometry.toarray()
        rows = np.repeat(np.arange(self.shape[0]), np.diff(self.tables.indptr))
        self._at = rows, self.tables.indices

    def rates_of(self, state: Any) -> Floats:
        """Events per second (reaction) in the mean field."""
        found: Floats = self.mean_field_rates(np.asarray(state, dtype=float)[None])[0]
        return found

    def jacobian(self, state: Any) -> Floats:
        """d(drift)/dn (species, species) in 1/s, in the mean field."""
        values, found = np.empty(len(self.tables.indices)), np.zeros((self.shape[0],) * 2)
        loops("views").jacobian_at(self._complete(state), self.tables.rates(self.coefficients), values)
        found[self._at] = values
        return found

    def noise(self, state: Any) -> Floats:
        """N diag(sqrt a) (species, reactions): the noise that each reaction makes, in molecules per sqrt(s)."""
        found: Floats = self.changes * np.sqrt(np.maximum(self.rates_of(state), 0.0))
        return found

    def diffusion(self, state: Any) -> Floats:
        """N diag(a) N^T (species, species) in molecules^2 per second, in the mean field."""
        found: Floats = (self.changes * self.rates_of(state)) @ self.changes.T
        return found
