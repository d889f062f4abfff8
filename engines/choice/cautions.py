"""What a user of a small volume should know before any engine: few molecules, and slow mixing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import lsqr

from engines.choice.candidates import scarcest
from engines.choice.decision import Decision
from engines.choice.words import seconds_text
from engines.observed import varying
from mechanisms.network import Floats, Network
from mechanisms.units import MOLECULES_PER_UM_FL

RARE = np.log(2.0)
"""Molecules, below which there is none for more than half of the time where numbers are Poisson."""
FEW = 10.0
"""Molecules, below which a concentration is an average over time rather than an amount."""
DIFFUSION = 100.0
"""um^2/s of what is not given: a small molecule in cytosol; assumed, between IP3 (280) and proteins (about 10)."""
ROUNDED = 0.01
"""The part of what is conserved that rounding at the start must change to be worth a word."""


def cautions(decision: Decision, diffusion: Mapping[str, float]) -> list[str]:
    """In words, for one volume; diffusion: um^2/s by full name of species."""
    few = [*_few(decision), *_rounded(decision.network), *_in_fractions(decision)]
    return [*few, *_unmixed(decision, diffusion)]


def _few(decision: Decision) -> Iterator[str]:
    network = decision.network
    for i in varying(network):
        number = decision.copies[i]
        if network.units[i] == "uM" and number < FEW:
            amount = number / network.omega[i]
            shown = f"{amount:.3g} uM" if amount >= 1 else f"{1e3 * amount:.3g} nM"
            less = ", most of the time none" if number < RARE else ""
            yield f"{network.species[i]}: {shown} is {number:.2g} molecules{less}"


def _rounded(network: Network) -> Iterator[str]:
    """Where molecules that are only turned into each other begin as a whole number, and that is another number.

    Of the change d that rounding makes, reactions could make up for N z; what is left of it changes what is conserved.
    """
    own = np.array(varying(network), dtype=np.int64)
    if not len(own):
        return
    changes, given = network.changes, network.initial[own]
    shape = len(network.species), len(network.reactions)
    stoichiometry = sparse.csc_array((changes.value, changes.index, changes.start), shape=shape).tocsr()[own]
    change = np.rint(given) - given
    left = np.abs(change - stoichiometry @ lsqr(stoichiometry, change, atol=1e-12, btol=1e-12)[0])
    count, linked = connected_components(abs(stoichiometry) @ abs(stoichiometry).T, directed=False)
    for component in range(count):
        members = linked == component
        if left[members].max() <= ROUNDED * given[members].sum():
            continue
        names = ", ".join(network.species[i] for i in own[members & (given > 0)])
        yield f"{given[members].sum():.3g} molecules of {names} begin as {np.rint(given[members]).sum():g} when counted"


def _in_fractions(decision: Decision) -> Iterator[str]:
    """Few channels or pumps that the chosen reading does not count: right for what was asked, and for nothing else."""
    if decision.chosen is None:
        return
    for place, (name, number) in scarcest(decision.network, decision.copies).items():
        reading = decision.chosen.candidate.places[place]
        on_membrane = all(
            decision.network.units[i] != "uM" for i in varying(decision.network) if decision.network.places[i] == place
        )
        if on_membrane and number < FEW and reading in ("diffusion", "flow"):
            yield f"{number:.2g} {name} are read as {reading}, in fractions"


def _unmixed(decision: Decision, diffusion: Mapping[str, float]) -> Iterator[str]:
    """Where a molecule crosses its compartment more slowly than it reacts: L^2 / 6 D against its life time."""
    network, prediction = decision.network, decision.prediction
    if prediction is None:
        return
    lifetime = _lifetimes(network, prediction.rates, decision.copies)
    for i in varying(network):
        if network.units[i] != "uM":
            continue
        name = network.species[i]
        coefficient = diffusion.get(name, DIFFUSION)
        volume = network.omega[i] / MOLECULES_PER_UM_FL
        crossing = volume ** (2 / 3) / (6 * coefficient)
        if crossing > lifetime[i]:
            given = "" if name in diffusion else " (assumed)"
            yield (
                f"{name} is not well mixed: it crosses {volume:.3g} fL in {seconds_text(crossing)} at "
                f"{coefficient:g} um^2/s{given}, and reacts within {seconds_text(lifetime[i])}"
            )


def _lifetimes(network: Network, rates: Floats, copies: Floats) -> Floats:
    """(species,) s from the making of a molecule to its loss, in the mean; both directions of a net flux lose."""
    lost = np.zeros(network.counted)
    for j in range(len(network.reactions)):
        for i, change in network.changes.row(j):
            if i < network.counted and (change < 0 or network.net[j]):
                share = 0.5 if network.net[j] else 1.0
                lost[i] += share * abs(change) * rates[j]
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Floats = np.where(lost > 0, copies / lost, np.inf)
    return found
