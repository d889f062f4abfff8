"""What linear noise can be asked of: what it cannot read is refused by name, before anything is computed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engines.linear_noise.gating_noise import states_of
from mechanisms.faults import Fault
from mechanisms.network import TIME, Floats, Network

MOST_SPECIES = 400
"""Matrices are dense, and the work grows with the cube of their size."""
MOST_STATES = 2000
"""The same of the noise of one multimer."""
MOST_BYTES = 4 * 2**30
"""The memory that covariances may take."""
FEW = 10.0
"""Molecules, below which a species' fluctuations are no small deviations from its mean."""

MOST_NAMED = 10
"""How many species with few molecules are listed."""


def check_network(network: Network, times: int, faults: list[Fault]) -> None:
    """Append a fault for everything of a network that linear noise cannot read at so many ``times``."""
    if network.events:
        found = f"event '{network.events[0]}', after which the state is no small deviation from its mean"
        faults.append(Fault("linear noise", found, "a model without events; engine='gillespie' or 'hybrid' has them"))
    species = len(network.species)
    size = 8.0 * species**2 * (times + 40)
    if species > MOST_SPECIES:
        allowed = f"at most {MOST_SPECIES}; engine='gillespie' has no such limit"
        faults.append(Fault("linear noise", f"{species} species, more than {MOST_SPECIES}", allowed))
    elif size > MOST_BYTES:
        found = f"{species} species at {times} times, which need {size / 2**30:.2g} GB of covariances"
        faults.append(Fault("linear noise", found, f"at most {MOST_BYTES / 2**30:.0f} GB; fewer times"))
    for group in network.multimers:
        if states_of(group) > MOST_STATES:
            found = f"multimer '{group.name}', whose noise has {states_of(group)} states"
            allowed = f"at most {MOST_STATES}, by fewer subunits or states; engine='gillespie' has no such limit"
            faults.append(Fault("linear noise", found, allowed))


def check_time(network: Network, faults: list[Fault]) -> None:
    """Append a fault where something depends on time, and so has no stationary state."""
    if TIME in network.species[-1:]:
        slot = len(network.species) - 1
        names = (*network.reactions, *network.quantities)
        reading = [f"'{name}'" for row, name in enumerate(names) if slot in dict(network.arguments.row(row))]
        found = f"{', '.join(reading)}, which reads the time: there is no stationary state"
        faults.append(Fault("stationary noise", found, "linear_noise(model, times)"))


def few_molecules(network: Network, means: Floats, varying: NDArray[np.bool_]) -> dict[str, str]:
    """The attribute that warns of species with few molecules; means: the largest (species,), varying: (species,)."""
    few = [i for i in np.argsort(means) if varying[i] and means[i] < FEW and not network.signed[i]]
    if not few:
        return {}
    named = ", ".join(f"{network.species[i]} ({means[i]:.3g})" for i in few[:MOST_NAMED])
    named += f" and {len(few) - MOST_NAMED} more" if len(few) > MOST_NAMED else ""
    return {
        "few_molecules": f"fewer than {FEW:g} molecules of {named}: exact where rates are linear in the counts, and "
        "otherwise to be checked with engine='gillespie'"
    }
