"""What is computed from (stoichiometry, rates) at a state: propensities, drift, its Jacobian, diffusion."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from scipy import sparse

from engines.flow_tables import tables
from engines.kernel import loops
from engines.loops.flow import MEAN_FIELD, WHOLE
from mechanisms.network import Floats, Network


class Views:
    """One network while its inputs have the values of the time t.

    ``stoichiometry`` N: (species, reactions), sparse. States are in molecules, the first S entries of y.
    """

    def __init__(self, network: Network, t: float = 0.0) -> None:
        self.network = network
        self.y = network.values(t)
        self.tables = tables(network)
        self.coefficients = network.coefficients(self.y)
        self.rates = self.tables.rates(self.coefficients, jacobian=False)
        changes = network.changes
        self.shape = (len(network.species), len(network.reactions))
        self.stoichiometry = sparse.csc_array((changes.value, changes.index, changes.start), shape=self.shape)

    @cached_property
    def rates_with_derivatives(self) -> tuple[Any, ...]:
        """``rates`` of the loops with the derivatives of the laws, which are compiled when they are first wanted."""
        return self.tables.rates(self.coefficients)

    def propensities(self, states: Any) -> Floats:
        """Events per second (state, reaction) where molecules are counted, at ``states`` (state, species).

        With multimers, their conducting complexes stand behind the species.
        """
        return self._rates_at(states, reading=WHOLE)

    def mean_field_rates(self, states: Any) -> Floats:
        """Events per second (state, reaction) in the mean field, at ``states`` (state, species)."""
        return self._rates_at(states, reading=MEAN_FIELD)

    def drift(self, state: Any) -> Floats:
        """dn/dt = N a (species) in molecules per second, in the mean field."""
        slope = np.empty(self.shape[0])
        loops("views").drift_at(self._complete(state), self.rates, slope)
        return slope

    def jacobian(self, state: Any) -> Any:
        """d(drift)/dn (species, species) in 1/s, sparse, in the mean field."""
        values = np.empty(len(self.tables.indices))
        loops("views").jacobian_at(self._complete(state), self.rates_with_derivatives, values)
        return sparse.csr_array((values, self.tables.indices, self.tables.indptr), shape=(self.shape[0],) * 2)

    def diffusion(self, state: Any) -> Any:
        """N diag(a) N^T (species, species) in molecules^2 per second, sparse, in the mean field."""
        a = self.mean_field_rates(np.asarray(state, dtype=float)[None])[0]
        return self.stoichiometry @ sparse.diags_array(a) @ self.stoichiometry.T

    def _complete(self, state: Any) -> Floats:
        y = self.y.copy()
        y[: self.shape[0]] = state
        return y

    def _rates_at(self, states: Any, reading: int) -> Floats:
        states = np.ascontiguousarray(states, dtype=float)
        found = np.empty((len(states), self.shape[1]))
        loops("views").rates_at(states, self.y.copy(), self.rates, reading, found)
        return found
