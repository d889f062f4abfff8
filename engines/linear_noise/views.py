"""A network, linearised at a state: drift, noise, and derivatives of the drift and of the outputs, as full matrices.

Outputs are what datasets hold: counts, then conducting complexes, variables and derived quantities.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from math import comb
from typing import Any

import numpy as np

from engines.kernel import loops
from engines.views import Views
from mechanisms.network import Floats, Integers, Network, Ragged
from mechanisms.splitting import one_way
from mechanisms.symbols import CONSTANT

ROUNDING = 1e-6
"""A negative rate this much smaller than the sum of all is that of a count just below none."""


@dataclass(frozen=True)
class Slopes:
    """Derivatives at one state, of S species (charges and variables among them), M multimers and O outputs.

    held: (S, S) of the drift by the species, conducting complexes held. by_complexes: (S, M) of the drift by these.
    drift: (S, S) in 1/s, where conducting complexes follow the species as in the mean field.
    outputs: (O, S) where they follow. outputs_by_complexes: (O, M).
    """

    held: Floats
    by_complexes: Floats
    drift: Floats
    outputs: Floats
    outputs_by_complexes: Floats


class NoiseViews(Views):
    """Views of a network while its inputs have the values of the time t; for some hundred species.

    changes: (species, reactions), the stoichiometry N.
    """

    def __init__(self, network: Network, t: float = 0.0) -> None:
        super().__init__(network, t)
        self.t = t
        self.changes: Floats = self.stoichiometry.toarray()
        split = one_way(network)
        self._directions = self if split is network else Views(split, t)
        self._first = np.concatenate([[0], np.cumsum(1 + network.net)[:-1]]).astype(np.int64)

    def activity(self, state: Any) -> Floats:
        """Events per second (reaction) in the mean field, both ways together, where they make noise.

        A net flux has as many as its two directions, split by local detailed balance; the change of a variable none.
        """
        state = np.asarray(state, dtype=float)
        found: Floats = np.add.reduceat(self._directions.mean_field_rates(state[None])[0], self._first)
        found[self.network.deterministic] = 0.0
        return found

    def negative(self, state: Any) -> tuple[str, float] | None:
        """The one-way reaction whose rate is the most negative, with it, unless that is rounding."""
        found = self.activity(state)
        if not len(found) or not found.min() < -ROUNDING * np.abs(found).sum():
            return None
        return self.network.reactions[int(found.argmin())], float(found.min())

    def noise(self, state: Any) -> Floats:
        """N diag(sqrt a) (species, reactions): the noise that each reaction makes, in molecules per sqrt(s)."""
        found: Floats = self.changes * np.sqrt(np.maximum(self.activity(state), 0.0))
        return found

    def diffusion(self, state: Any) -> Floats:
        """N diag(a) N^T (species, species) in molecules^2 per second, a the activity."""
        found: Floats = (self.changes * self.activity(state)) @ self.changes.T
        return found

    def jacobian(self, state: Any) -> Floats:
        """d(drift)/dn (species, species) in 1/s, in the mean field."""
        return self.slopes(state).drift

    def slopes(self, state: Any) -> Slopes:
        """All first derivatives at a state (species,)."""
        network, (views, at) = self.network, self._apart
        species, complexes, variables = len(network.species), len(network.multimers), len(network.variables)
        y = np.zeros(views.shape[0])
        y[:species] = state
        following = np.zeros((complexes, species))
        for m, group in enumerate(network.multimers):
            watched = network.species.index(group.watched)
            y[species + m] = group.expected(y[watched])
            x, needed = y[watched] / (group.count * group.subunits), group.needed
            following[m, watched] = (
                comb(group.subunits - 1, needed - 1) * x ** (needed - 1) * (1 - x) ** (group.subunits - needed)
            )
        found = np.zeros((len(y), len(y)))
        values = np.empty(len(at[1]))
        loops("views").jacobian_at(views._complete(y), views.rates_with_derivatives, values)
        found[at] = values
        held, by_complexes = found[:species, :species], found[:species, species : species + complexes]
        derived = found[species + complexes :]
        own = np.eye(species)
        by_species = np.vstack(
            [
                own[: network.counted],
                np.zeros((complexes, species)),
                own[network.counted : network.counted + variables],
                derived[:, :species],
            ]
        )
        apart = np.vstack(
            [
                np.zeros((network.counted, complexes)),
                np.eye(complexes),
                np.zeros((variables, complexes)),
                derived[:, species : species + complexes],
            ]
        )
        return Slopes(held, by_complexes, held + by_complexes @ following, by_species + apart @ following, apart)

    @cached_property
    def _apart(self) -> tuple[Views, tuple[Integers, Integers]]:
        """Views of ``apart``, and where the Jacobian's nonzeros stand."""
        views = Views(apart(self.network), self.t)
        rows = np.repeat(np.arange(views.shape[0]), np.diff(views.tables.indptr))
        return views, (rows, views.tables.indices)


def apart(network: Network) -> Network:
    """Conducting complexes as species of their own, and each derived quantity as the rate of one more variable.

    The Jacobian of this network holds all derivatives that linear noise needs, those by complexes apart.
    """
    complexes, quantities, reactions = len(network.multimers), len(network.quantities), len(network.reactions)
    if not complexes and not quantities:
        return network
    first, more = network.first_quantity, complexes + quantities
    calls = [
        (int(network.law[row]), [(s + quantities if s >= first else s, x) for s, x in network.arguments.row(row)])
        for row in range(reactions + quantities)
    ]
    # A reaction that never happens says that complexes may change.
    never = (len(network.laws), [(network.size + quantities - 1, 0.0)])
    calls = [*calls, never, *calls[reactions:]]
    rows = quantities + 1
    changes = [network.changes.row(j) for j in range(reactions)]
    changes += [[(first + q, 1.0)] for q in range(quantities)]
    changes.append([(len(network.species) + m, 1.0) for m in range(complexes)])
    none = np.zeros(rows, dtype=bool)
    return replace(
        network,
        species=(*network.species, *network.conducting, *network.quantities),
        clamped=np.append(network.clamped, np.zeros(more, dtype=bool)),
        initial=np.append(network.initial, np.zeros(more)),
        reactions=(*network.reactions, *network.quantities, "never"),
        changes=Ragged.of(changes),
        reactants=Ragged.of([*(network.reactants.row(j) for j in range(reactions)), *[[]] * rows]),
        rate_scale=np.append(network.rate_scale, np.ones(rows)),
        mass_action=np.append(network.mass_action, none),
        net=np.zeros(reactions + rows, dtype=bool),
        deterministic=np.append(network.deterministic, ~none),
        laws=(*network.laws, CONSTANT),
        law=np.array([law for law, _ in calls], dtype=np.int64),
        arguments=Ragged.of([arguments for _, arguments in calls]),
        multimers=(),
    )
