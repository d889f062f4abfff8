"""The master equation: the probability of every state over time, with a bound on its error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from engines.kernel import check_laws
from engines.master_equation.markov_chain import MarkovChain, NegativeRate
from engines.master_equation.projection import Projection
from engines.master_equation.state_limit import Limits
from engines.master_equation.state_set import TooManyStates
from engines.request import HasNetwork, RequestError, check_memory, network_of, read_times
from engines.result import SECONDS, SimulationError, dataset
from mechanisms.faults import Fault, unknown
from mechanisms.names import called_in
from mechanisms.network import Floats, Integers, Network
from mechanisms.splitting import one_way

if TYPE_CHECKING:
    import xarray as xr

MOST_STATES = 300_000
"""The default of ``max_states``."""


def master_equation(
    model: HasNetwork, times: Any, *, tolerance: float = 1e-6, max_states: int = MOST_STATES
) -> xr.Dataset:
    """Solve the master equation by finite state projection, on a set of states that follows the probability.

    dP(x)/dt = sum_j a_j(x - nu_j) P(x - nu_j) - a_j(x) P(x), from the initial state in whole molecules.

    times: the end in s, or the increasing times to record at, as in ``simulate``. tolerance: the error that is allowed,
        summed over all states. max_states: the most states that the set may have at a time.

    Returns probability (time, state) with counts (state, species) in molecules, and error_bound (time): summed over all
    states, also those that are not listed, probabilities differ from the true ones by at most that much. mean_counts
    and variance_counts (time, species), and the same of quantities, are of the probability that was kept; ``marginal``
    gives the distribution of one species. Of multimers: conducting (state, multimer), and complexes (state,
    composition). The attributes say where it came from. A set that holds every state that can be reached has an error
    of rounding only.
    Raises ModelError or RequestError with every fault, and the estimated number of states where it is too large;
    SimulationError, with what was computed in ``.result``, where the set outgrows ``max_states`` or a law is negative.
    Munsky & Khammash 2006; the moving set: Burrage et al. 2006, Wolf et al. 2010.
    """
    network = one_way(network_of(model, "master_equation"))
    limits = Limits("master_equation", tolerance, max_states)
    faults: list[Fault] = []
    grid = read_times(times, faults)
    if not faults:
        faults = limits.faults(network, float(grid[0]), float(grid[-1]))
    if not faults:
        instead = "fewer times=, or a lower max_states="
        check_memory(max_states * len(grid), faults, "max_states x times", "probabilities", instead)
    if faults:
        raise RequestError(faults, "master_equation")
    check_laws(model.network())
    found: list[Snapshot] = []
    message = ""
    try:
        record(network, grid, limits, found)
    except TooManyStates:
        message = limits.outgrown(found[-1].t if found else grid[0])
    except NegativeRate as error:
        message = str(error)
    data = solution(network, found, limits) if found else None
    if message:
        raise SimulationError(message, data)
    assert data is not None
    return data


class Snapshot:
    """The probability of the states of a set at a time."""

    def __init__(self, projection: Projection) -> None:
        self.t, self.error = projection.t, projection.error
        self.chain: MarkovChain = projection.states.chain
        self.rows, self.keys, self.p = projection.states.rows, projection.states.keys, projection.p

    def moments(self) -> tuple[Floats, Floats]:
        """Mean and variance of each species and quantity."""
        species = self.chain.slots(self.rows)[:, : len(self.chain.network.species)]
        values = np.concatenate([species, self.chain.quantities(self.rows)], axis=1)
        p = self.p / self.p.sum()
        mean = p @ values
        return mean, p @ (values - mean) ** 2


def record(network: Network, grid: Floats, limits: Limits, found: list[Snapshot]) -> None:
    """Append a snapshot for each time of the grid to ``found``."""
    projection = Projection(network, float(grid[0]), float(grid[-1]), limits.tolerance, limits.max_states)
    edges = network.edges[(network.edges > grid[0]) & (network.edges <= grid[-1])]
    for stop in np.unique(np.concatenate([grid, edges])):
        projection.run(float(stop))
        if stop in edges:
            projection.change_inputs()
        if stop in grid:
            found.append(Snapshot(projection))


def solution(network: Network, found: list[Snapshot], limits: Limits) -> xr.Dataset:
    """The dataset of snapshots over time."""
    rows, probability = _together(found)
    moments = [one.moments() for one in found]
    mean, variance = (np.array(part) for part in zip(*moments, strict=True))
    many = len(network.species)
    data: dict[str, Any] = {
        "probability": (("time", "state"), probability, {"long_name": "probability"}),
        "error_bound": (
            "time",
            np.array([one.error for one in found]),
            {"long_name": "probability that may be missing"},
        ),
    }
    for name, axis, part in (("counts", "species", slice(0, many)), ("quantity", "quantities", slice(many, None))):
        data[f"mean_{name}"] = (("time", axis), mean[:, part], {"long_name": f"mean of {name}"})
        data[f"variance_{name}"] = (("time", axis), variance[:, part], {"long_name": f"variance of {name}"})
    data |= states_of(found[-1].chain, rows)
    coordinates = {"time": ("time", np.array([one.t for one in found]), SECONDS), **composition_names(found[-1].chain)}
    return dataset(network, data, coordinates, limits.about(network))


def states_of(chain: MarkovChain, rows: Integers) -> dict[str, Any]:
    """Variables that say what each state is."""
    slots = np.rint(chain.slots(rows)).astype(np.int64)
    many = len(chain.network.species)
    data: dict[str, Any] = {"counts": (("state", "species"), slots[:, :many], {"long_name": "molecules", "units": "1"})}
    if chain.groups:
        text = {"long_name": "conducting complexes"}
        data["conducting"] = (("state", "multimer"), slots[:, many:], text)
        text = {"long_name": "complexes of each composition"}
        data["complexes"] = (("state", "composition"), rows[:, len(chain.moved) :], text)
    return data


def composition_names(chain: MarkovChain) -> dict[str, Any]:
    """Coordinates of the variables of multimers."""
    if not chain.groups:
        return {}
    names = {"multimer": list(chain.network.conducting), "composition": chain.columns[len(chain.moved) :]}
    return {axis: (axis, np.array(listed, dtype=object)) for axis, listed in names.items()}


def marginal(data: xr.Dataset, name: str) -> xr.DataArray:
    """The distribution of one species, or of one multimer's conducting complexes.

    data: of ``master_equation`` or ``stationary_distribution``; name: "A.cytosol", "A" where that is unique, or
    "IP3R.open". Returns probability (..., count) by the number of molecules, from the least to the most that occur.
    Raises ValueError for an unknown name.
    """
    import xarray as xr

    species = called_in(data.species.values.tolist(), data.place.values.tolist())
    multimers = data.multimer.values.tolist() if "conducting" in data else []
    if name in species:
        counts = data.counts.sel(species=species[name]).values
    elif name in multimers:
        counts = data.conducting.sel(multimer=name).values
    else:
        raise ValueError(str(unknown("marginal", name, "species and conducting complexes", [*species, *multimers])))
    from scipy import sparse

    values = np.arange(counts.min(), counts.max() + 1)
    shape = (len(counts), len(values))
    belongs = sparse.csr_array((np.ones(len(counts)), (np.arange(len(counts)), counts - values[0])), shape=shape)
    probability = data.probability.transpose(..., "state")
    axes = [axis for axis in probability.dims if axis != "state"]
    found = np.asarray(probability.values @ belongs)
    coordinates = {axis: data[axis] for axis in axes if axis in data.coords} | {"count": values}
    text = {"long_name": f"probability of a count of {name}"}
    return xr.DataArray(found, coordinates, (*axes, "count"), name="probability", attrs=text)


def _together(found: list[Snapshot]) -> tuple[Integers, Floats]:
    """Every state that had any probability (state, column), and their probabilities (time, state)."""
    distinct = {id(one.keys.base if one.keys.base is not None else one.keys): one for one in found}
    largest = list(distinct.values())
    keys, first = np.unique(np.concatenate([one.keys for one in largest]), return_index=True)
    rows = np.concatenate([one.rows for one in largest])[first]
    order = np.lexsort(rows.T[::-1])
    place = np.empty(len(keys), dtype=np.int64)
    place[order] = np.arange(len(keys))
    probability = np.zeros((len(found), len(keys)))
    for k, one in enumerate(found):
        probability[k, place[np.searchsorted(keys, one.keys)]] = one.p
    seen = probability.any(axis=0)
    return rows[order][seen], probability[:, seen]
