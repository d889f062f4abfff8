"""The linear noise approximation over time: mean and covariance of every count, without sampling.

With N the stoichiometry, a(n) the mean-field rates and J the Jacobian of the drift N a,

    dm/dt = N a(m),    dC/dt = J C + C J^T + N diag(a) N^T,    C(0) = 0.

The mean is that of the ODE engine. The covariance is exact where all rates are linear in the counts, and otherwise the
leading order in one over the system size.

van Kampen NG (1961) A power series expansion of the master equation. Canadian Journal of Physics 39, 551-567.
Elf J, Ehrenberg M (2003) Fast evaluation of fluctuations in biochemical networks with the linear noise approximation.
Genome Research 13, 2475-2484.
"""

from __future__ import annotations

import dataclasses
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from engines import result
from engines.dense_views import DenseViews
from engines.gradients import by_species, gradients
from engines.kernel import check_laws
from engines.moment_steps import Steps
from engines.noise_request import check_network, few_molecules
from engines.request import RequestError, read_times
from mechanisms.faults import Fault
from mechanisms.network import Floats, Network

if TYPE_CHECKING:
    import xarray as xr

    from engines.simulate import HasNetwork

MOLECULES = {"units": "1"}
SUBUNITS = (
    "counts of subunits are followed, not which complex each belongs to: conducting complexes are a function of the "
    "counts here, so over time their variance, and what it drives, comes out too small; stationary_noise has all of it"
)
"""What the covariance of a network with multimers leaves out."""


@dataclasses.dataclass(frozen=True)
class LinearNoise:
    """Tolerances of the moment equations; rtol: relative; atol: in molecules, and molecules^2; max_steps: in all."""

    rtol: float = 1e-6
    atol: float = 1e-6
    max_steps: int = 100_000
    name = "linear_noise"
    stochastic = False


def linear_noise(
    model: HasNetwork, times: Any, *, rtol: float = 1e-6, atol: float = 1e-6, max_steps: int = 100_000
) -> xr.Dataset:
    """Mean and covariance over time by the linear noise approximation, from the initial state of the model.

        dm/dt = N a(m),    dC/dt = J C + C J^T + N diag(a) N^T,    C = 0 at first.

    times: as in ``simulate``: the end in s, or increasing times; inputs are followed, from edge to edge.
    rtol, atol: errors of a step up to atol + rtol x are accepted, atol in molecules (molecules^2 for covariances).

    Returns mean_counts, variance_counts (time, species), covariance_counts (time, species, species_2) in molecules and
    molecules^2, mean_concentration; and to first order mean_quantity, variance_quantity (time, quantities) and
    covariance_quantity (time, quantities, quantities_2), variances from the gradients of the quantities.
    Of multimers, counts of subunits are followed and conducting complexes are a function of them: their variance, and
    what they drive, comes out too small (``stationary_noise`` has all of it), and the attribute ``multimers`` says so.
    Raises ModelError or RequestError with every fault, SimulationError where the equations cannot be integrated.
    van Kampen 1961; Elf & Ehrenberg 2003.
    """
    network = model.network()
    faults: list[Fault] = []
    grid = read_times(times, faults)
    engine = _options(rtol, atol, max_steps, faults)
    check_network(network, len(grid), faults)
    if faults:
        raise RequestError(faults, "linear_noise")
    check_laws(network)
    means, covariances, failure = _integrate(network, grid, engine)
    data = _dataset(network, grid, means, covariances, engine)
    if failure:
        raise result.SimulationError(f"linear noise: {failure}. Try other rtol=, atol= or max_steps=.", data)
    return data


def _options(rtol: Any, atol: Any, max_steps: Any, faults: list[Fault]) -> LinearNoise:
    numbers = all(isinstance(value, Real) for value in (rtol, atol, max_steps))
    if not (numbers and 0 < rtol < 1 and 0 < atol < np.inf and max_steps >= 1):
        found = f"rtol={rtol!r}, atol={atol!r}, max_steps={max_steps!r}"
        faults.append(Fault("tolerances", found, "0 < rtol < 1, atol > 0, max_steps >= 1"))
    return LinearNoise(rtol, atol, max_steps)


def _integrate(network: Network, grid: Floats, engine: LinearNoise) -> tuple[Floats, Floats, str]:
    """Mean (time, species), covariance (time, species, species), and why it stopped early, or ""."""
    species, end = len(network.species), float(grid[-1])
    means = np.full((len(grid), species), np.nan)
    covariances = np.full((len(grid), species, species), np.nan)
    mean, covariance = network.values(float(grid[0]))[:species].copy(), np.zeros((species, species))
    held = [i for i, _, _ in network.driven]

    def record(t: float, after: float, between: Any) -> None:
        for i in range(int(np.searchsorted(grid, t)), int(np.searchsorted(grid, after, side="right"))):
            means[i], covariances[i] = between((grid[i] - t) / (after - t))

    edges = network.edges[(network.edges > grid[0]) & (network.edges <= end)]
    left = engine.max_steps
    for start, stop in zip((grid[0], *edges), (*edges, end), strict=True):
        views = DenseViews(network, float(start))
        mean[held] = views.y[held]
        if start == stop:
            means[-1], covariances[-1] = mean, covariance
            break
        steps = Steps(views, engine.rtol, engine.atol)
        try:
            mean, covariance = steps.advance(float(start), float(stop), mean, covariance, record, left)
        except ArithmeticError as error:
            return means, covariances, str(error)
        left -= steps.taken
    return means, covariances, ""


def _dataset(network: Network, grid: Floats, means: Floats, covariances: Floats, engine: LinearNoise) -> xr.Dataset:
    conducting = [group.expected(means[:, network.species.index(group.watched)]) for group in network.multimers]
    states = np.column_stack([means, *conducting])
    slopes = by_species(network, gradients(network, states, grid), states)
    spread = slopes @ covariances @ slopes.transpose(0, 2, 1)
    variances = np.maximum(np.diagonal(covariances, axis1=1, axis2=2), 0.0)
    data = {
        "mean_counts": (("time", "species"), means, MOLECULES | {"long_name": "mean molecules"}),
        "variance_counts": (("time", "species"), variances, MOLECULES),
        "covariance_counts": (("time", "species", "species_2"), covariances, MOLECULES),
        "mean_concentration": (("time", "species"), means / network.omega, {"units": "see 'unit'"}),
        "mean_quantity": (("time", "quantities"), result.quantities(network, states, grid)),
        "variance_quantity": (("time", "quantities"), np.maximum(np.diagonal(spread, axis1=1, axis2=2), 0.0)),
        "covariance_quantity": (("time", "quantities", "quantities_2"), spread),
    }
    about = result.provenance(network, engine, dataclasses.asdict(engine), None)
    with np.errstate(invalid="ignore"):
        about |= few_molecules(network, np.nanmax(means, axis=0), np.nanmax(variances, axis=0) > 0)
    if network.multimers:
        about["multimers"] = SUBUNITS
    return result.dataset(network, data, coordinates(network) | {"time": ("time", grid, {"units": "s"})}, about)


def coordinates(network: Network) -> dict[str, Any]:
    """The second axes of covariances."""
    names = {"species_2": network.species, "quantities_2": (*network.conducting, *network.quantities)}
    return {axis: (axis, np.array(found, dtype=object)) for axis, found in names.items()}
