"""The linear noise approximation over time: mean and covariance of every count, without sampling.

With N the stoichiometry, a(n) the mean-field rates and J the Jacobian of the drift N a,

    dm/dt = N a(m),    dC/dt = J C + C J^T + N diag(a) N^T,    C(0) = 0.

The mean is that of the ODE engine. The covariance is exact where all rates are linear in the counts, and otherwise the
leading order in one over the system size. A net flux makes the noise of its two directions, a variable none of its own.
What counts of subunits do not say of conducting complexes is a noise xi beside them (``gating_noise``), whose
covariance with the state is followed too (``moment_steps``).

van Kampen NG (1961) A power series expansion of the master equation. Canadian Journal of Physics 39, 551-567.
Elf J, Ehrenberg M (2003) Fast evaluation of fluctuations in biochemical networks with the linear noise approximation.
Genome Research 13, 2475-2484.
"""

from __future__ import annotations

import dataclasses
from numbers import Real
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from engines import result
from engines.kernel import check_laws
from engines.linear_noise.checks import check_network, few_molecules
from engines.linear_noise.gating_noise import gating_noises, states_of
from engines.linear_noise.moment_steps import Moments, Steps
from engines.linear_noise.views import NoiseViews
from engines.request import HasNetwork, RequestError, network_of, read_times
from engines.start import check_propensities
from mechanisms.faults import Fault
from mechanisms.network import Floats, Network

if TYPE_CHECKING:
    import xarray as xr


MOLECULES = {"units": "1"}
MOST_STATES = 60
"""What complexes add to the noise of their subunits is followed over time if it has no more states than this."""


@dataclasses.dataclass(frozen=True)
class LinearNoise:
    """Tolerances of the moment equations; rtol: relative; atol: in molecules, and molecules^2; max_steps: in all."""

    rtol: float = 1e-6
    atol: float = 1e-6
    max_steps: int = 100_000
    name = "linear_noise"
    stochastic = False
    whole = False


def linear_noise(
    model: HasNetwork, times: Any, *, rtol: float = 1e-6, atol: float = 1e-6, max_steps: int = 100_000
) -> xr.Dataset:
    """Mean and covariance over time by the linear noise approximation, from the initial state of the model.

        dm/dt = N a(m),    dC/dt = J C + C J^T + N diag(a) N^T,    C = 0 at first.

    times: as in ``simulate``: the end in s, or increasing times; inputs are followed, from edge to edge.
    rtol, atol: errors of a step up to atol + rtol x are accepted, atol in molecules (molecules^2 for covariances).

    Returns mean_counts, variance_counts (time, species), covariance_counts (time, species, species_2) in molecules and
    molecules^2, mean_concentration; and to first order mean_quantity, variance_quantity (time, quantities) and
    covariance_quantity (time, quantities, quantities_2) of conducting complexes, variables and derived quantities.
    Of multimers with many subunits and states only counts of subunits are followed, and conducting complexes are a
    function of them: their variance, and what they drive, comes out too small (``stationary_noise`` has all of it), and
    the attribute ``multimers`` says so.
    Raises ModelError or RequestError with every fault, SimulationError where the equations cannot be integrated.
    van Kampen 1961; Elf & Ehrenberg 2003.
    """
    network = network_of(model, "linear_noise")
    faults: list[Fault] = []
    grid = read_times(times, faults)
    engine = _options(rtol, atol, max_steps, faults)
    check_network(network, len(grid), faults)
    check_propensities(network, float(grid[0]), faults, counted=False)
    if faults:
        raise RequestError(faults, "linear_noise")
    check_laws(network)
    segments = _segments(network, grid)
    found, failure = _integrate(network, segments, grid, engine)
    data = _dataset(network, segments, grid, found, engine)
    if failure:
        raise result.SimulationError(f"linear noise: {failure}.", data)
    return data


def _options(rtol: Any, atol: Any, max_steps: Any, faults: list[Fault]) -> LinearNoise:
    numbers = all(isinstance(value, Real) for value in (rtol, atol, max_steps))
    if not (numbers and 0 < rtol < 1 and 0 < atol < np.inf and max_steps >= 1):
        found = f"rtol={rtol!r}, atol={atol!r}, max_steps={max_steps!r}"
        faults.append(Fault("tolerances", found, "0 < rtol < 1, atol > 0, max_steps >= 1"))
    return LinearNoise(rtol, atol, max_steps)


@dataclasses.dataclass(frozen=True)
class _Found:
    """Means (time, species), covariances (time, species, species), and those with xi (time, species, multimer)."""

    means: Floats
    covariances: Floats
    with_noises: Floats

    @classmethod
    def none(cls, times: int, species: int, multimers: int) -> _Found:
        shapes = (times, species), (times, species, species), (times, species, multimers)
        return cls(*(np.full(shape, np.nan) for shape in shapes))


def _integrate(network: Network, segments: list[_Segment], grid: Floats, engine: LinearNoise) -> tuple[_Found, str]:
    """The moments on the grid, and why it stopped early, or ""."""
    species = len(network.species)
    found = _Found.none(len(grid), species, len(network.multimers))
    gating = gating_noises(network, MOST_STATES)
    moments = [network.values(float(grid[0]))[:species].copy()]
    moments += [np.zeros((species, len(noise.degree))) for noise in gating]
    moments.append(np.zeros((species, species)))

    def record(t: float, after: float, between: Any) -> None:
        for i in range(int(np.searchsorted(grid, t)), int(np.searchsorted(grid, after, side="right"))):
            store(i, between((grid[i] - t) / (after - t)))

    def store(i: int, moments: Moments) -> None:
        found.means[i], found.covariances[i], found.with_noises[i] = moments[0], moments[-1], 0.0
        for noise, mixed in zip(gating, moments[1:-1], strict=True):
            found.with_noises[i, :, noise.number] = mixed @ noise.read(moments[0])

    held = [i for i, _, _ in network.driven]
    left = engine.max_steps
    for segment in segments:
        moments[0][held] = segment.views.y[held]
        if segment.start == segment.stop:
            store(-1, moments)
            break
        steps = Steps(segment.views, gating, engine.rtol, engine.atol)
        try:
            moments = steps.advance(segment.start, segment.stop, moments, record, left)
        except ArithmeticError as error:
            return found, str(error)
        left -= steps.taken
    return found, ""


class _Segment(NamedTuple):
    """Between two edges of inputs, in s."""

    start: float
    stop: float
    views: NoiseViews


def _segments(network: Network, grid: Floats) -> list[_Segment]:
    """An edge at the very end makes a last segment of no length, for the value from then on."""
    end = float(grid[-1])
    edges = network.edges[(network.edges > grid[0]) & (network.edges <= end)].tolist()
    starts = [float(grid[0]), *edges]
    return [_Segment(t, stop, NoiseViews(network, t)) for t, stop in zip(starts, [*edges, end], strict=True)]


def _outputs(network: Network, segments: list[_Segment], grid: Floats, found: _Found) -> Floats:
    """Covariances (time, output, output) of counts, then quantities."""
    gating = gating_noises(network, MOST_STATES)
    at = np.searchsorted([segment.start for segment in segments], grid, side="right") - 1
    covariances = []
    for i, mean in enumerate(found.means):
        slopes = segments[at[i]].views.slopes(mean)
        own = np.zeros(len(network.multimers))
        for noise in gating:
            own[noise.number] = noise.variance(mean)
        mixed = slopes.outputs @ found.with_noises[i] @ slopes.outputs_by_complexes.T
        total = slopes.outputs @ found.covariances[i] @ slopes.outputs.T + mixed + mixed.T
        covariances.append(total + (slopes.outputs_by_complexes * own) @ slopes.outputs_by_complexes.T)
    return np.array(covariances)


def _dataset(
    network: Network, segments: list[_Segment], grid: Floats, found: _Found, engine: LinearNoise
) -> xr.Dataset:
    n, means = network.counted, found.means
    states = network.with_conducting(means)
    covariances = _outputs(network, segments, grid, found)
    variances = np.maximum(np.diagonal(covariances, axis1=1, axis2=2), 0.0)
    data = {
        "mean_counts": (("time", "species"), means[:, :n], MOLECULES | {"long_name": "mean molecules"}),
        "variance_counts": (("time", "species"), variances[:, :n], MOLECULES),
        "covariance_counts": (("time", "species", "species_2"), covariances[:, :n, :n], MOLECULES),
        "mean_concentration": (("time", "species"), means[:, :n] / network.omega[:n], {"units": "see 'unit'"}),
        "mean_quantity": (("time", "quantities"), result.quantities(network, states, grid)),
        "variance_quantity": (("time", "quantities"), variances[:, n:]),
        "covariance_quantity": (("time", "quantities", "quantities_2"), covariances[:, n:, n:]),
    }
    about = result.provenance(network, engine, dataclasses.asdict(engine), None)
    largest, varying = (np.nan_to_num(part[:, :n]).max(axis=0) for part in (means, variances))
    about |= few_molecules(network, largest, varying > 0)
    if left_out := [group.name for group in network.multimers if states_of(group) > MOST_STATES]:
        about["multimers"] = (
            f"of {', '.join(left_out)} counts of subunits are followed, not which complex each belongs to: conducting "
            "complexes are a function of the counts here, so over time their variance, and what it drives, comes out "
            "too small; stationary_noise has all of it"
        )
    return result.dataset(network, data, coordinates(network) | {"time": ("time", grid, {"units": "s"})}, about)


def coordinates(network: Network) -> dict[str, Any]:
    """The second axes of covariances."""
    quantities = (*network.conducting, *network.variables, *network.quantities)
    names = {"species_2": network.species[: network.counted], "quantities_2": quantities}
    return {axis: (axis, np.array(found, dtype=object)) for axis, found in names.items()}
