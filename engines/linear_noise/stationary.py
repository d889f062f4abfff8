"""Linear noise about a stationary state: variances, correlation times, spectra, and where the variance comes from.

With A the Jacobian of the mean field at its stationary state, in the subspace that the stoichiometry N spans, and the
rates a there,

    A C + C A^T + N diag(a) N^T = 0,    C(tau) = exp(A tau) C,
    S(f) = 2 (2 pi i f - A)^-1 N diag(a) N^T (-2 pi i f - A^T)^-1    (one-sided: its integral over f > 0 is C).

A net flux makes the noise of its two directions, so a counts both ways together; the change of a variable makes none.

van Kampen NG (1961) A power series expansion of the master equation. Canadian Journal of Physics 39, 551-567.
Elf J, Ehrenberg M (2003) Fast evaluation of fluctuations in biochemical networks with the linear noise approximation.
Genome Research 13, 2475-2484.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from engines import result
from engines.kernel import check_laws
from engines.linear_noise.checks import check_network, check_time, few_molecules
from engines.linear_noise.gating_noise import gating_noises
from engines.linear_noise.linear_system import LinearSystem
from engines.linear_noise.mean_correction import mean_correction
from engines.linear_noise.over_time import MOLECULES, coordinates
from engines.linear_noise.stationary_state import Subspace, held, stationary_state
from engines.linear_noise.views import NoiseViews
from engines.request import HasNetwork, RequestError, network_of
from mechanisms.faults import Fault
from mechanisms.network import Floats, Network
from mechanisms.units import UnitError, magnitude

if TYPE_CHECKING:
    import xarray as xr


POINTS = 201
"""Lags and frequencies where none are given."""
ROUNDING = 1e-12
"""An output whose variance is this much smaller than the variances that make it is conserved."""
ONE_SIDED = "one-sided power spectral density per Hz: its integral over positive frequencies is the variance"


@dataclass(frozen=True)
class StationaryNoise:
    """What a dataset says of where it comes from; at: the time in s whose inputs are held."""

    at: float
    name = "stationary_noise"
    stochastic = False
    whole = False


def stationary_noise(model: HasNetwork, *, lags: Any = None, frequencies: Any = None, at: Any = 0.0) -> xr.Dataset:
    """Mean, covariance, spectrum and sources of the fluctuations about the stationary state of a model.

        A C + C A^T + N diag(a) N^T = 0 in the conservation class of the initial state; conserved totals do not vary.

    lags: in s, increasing from 0 or later; frequencies: in Hz, increasing; by default 201 of each over the time scales
        of the model. at: the time in s at which inputs are read; they are held at that value.

    Returns, for species in molecules: mean_counts, mean_correction (the next order of the mean, to be added to it; not
    for models with multimers), variance_counts, fano_factor, coefficient_of_variation, correlation_time in s (species),
    covariance_counts (species, species_2), autocovariance_counts (lag, species), spectrum_counts (frequency, species)
    in molecules^2 per Hz, one-sided, and variance_budget_counts (source, species), how much of each variance each
    reaction carries, a net flux both ways together. The same of quantities (conducting complexes, variables, derived
    quantities), to first order: mean_quantity, ... And relaxation_rate in 1/s and oscillation_frequency in Hz (mode),
    of the eigenvalues of A. A charge has a covariance but, its zero being arbitrary, no Fano factor.
    The correlation time is the integral of the autocorrelation from 0: an average over a time T has the variance
    2 correlation_time / T times that of one reading.
    Of multimers, all noise is there: the part that counts of subunits lack is a source of its own in the budget.
    Raises ModelError or RequestError with every fault; InstabilityError where there is no stable stationary state.
    van Kampen 1961; Elf & Ehrenberg 2003; Grima 2010.
    """
    network = network_of(model, "stationary_noise")
    faults: list[Fault] = []
    when = _numbers("at", at, "s", faults, "one time in s", 1)
    given = {
        "lag": None if lags is None else _numbers("lags", lags, "s", faults, "increasing times in s, 0 or more"),
        "frequency": None
        if frequencies is None
        else _numbers("frequencies", frequencies, "Hz", faults, "increasing frequencies in Hz, 0 or more"),
    }
    check_network(network, 1, faults)
    check_time(network, faults)
    if faults:
        raise RequestError(faults, "stationary_noise")
    check_laws(network)
    fixed = held(network, float(when[0]))
    state, space = stationary_state(fixed)
    if not space.basis.shape[1]:
        raise RequestError(
            [Fault("linear noise", "a model in which nothing can happen", "a reaction")], "stationary_noise"
        )
    if negative := NoiseViews(fixed).negative(state):
        found, allowed = (
            f"{negative[1]:.3g} events per second at the stationary state",
            "0 or more; a net flux has affinity=",
        )
        raise RequestError([Fault(f"reaction '{negative[0]}'", found, allowed)], "stationary_noise")
    about = result.provenance(network, StationaryNoise(float(when[0])), {"at": float(when[0])}, None)
    return _Stationary(fixed, state, space).dataset(given, about)


def _numbers(where: str, given: Any, unit: str, faults: list[Fault], allowed: str, most: int | None = None) -> Floats:
    try:
        listed = [given] if np.ndim(given) == 0 else list(given)
        found = np.array([magnitude(value, unit) for value in listed])
    except (UnitError, TypeError, ValueError) as error:
        faults.append(Fault(where, str(error), allowed))
        return np.zeros(1)
    finite = len(found) and np.isfinite(found).all()
    if not finite or (most and len(found) > most) or (not most and ((np.diff(found) <= 0).any() or found[0] < 0)):
        faults.append(Fault(where, f"{given!r}", allowed))
        return np.zeros(1)
    return found


class _Stationary:
    """One network at its stationary state, as a linear system whose outputs are counts, then quantities."""

    def __init__(self, network: Network, state: Floats, space: Subspace) -> None:
        self.network, self.state, self.space = network, state, space
        self.views = NoiseViews(network)
        self.slopes = slopes = self.views.slopes(state)
        gating = gating_noises(network)
        several = [noise.number for noise in gating]
        self.system = LinearSystem(
            drift=space.drift(slopes.drift),
            noise=space.inward(self.views.noise(state)[:, ~network.deterministic]),
            outputs=slopes.outputs @ space.outward,
            noises=[noise.stationary(state, slopes.held) for noise in gating],
            driven=space.inward(slopes.by_complexes[:, several]),
            direct=slopes.outputs_by_complexes[:, several],
        )
        self.sources = [
            *(name for name, silent in zip(network.reactions, network.deterministic, strict=True) if not silent),
            *(f"{noise.group.name}: which subunits share a complex" for noise in gating),
        ]

    def dataset(self, given: dict[str, Any], about: dict[str, Any]) -> xr.Dataset:
        """Everything, labelled."""
        network, system, counted = self.network, self.system, self.network.counted
        eigenvalues = np.linalg.eigvals(system.drift)
        eigenvalues = eigenvalues[np.argsort(-eigenvalues.real)]
        slow, fast = -1 / eigenvalues[0].real, np.abs(eigenvalues).max() / (2 * np.pi)
        lags = np.linspace(0, 5 * slow, POINTS) if given["lag"] is None else given["lag"]
        frequencies = np.geomspace(0.01 / (2 * np.pi * slow), 100 * fast, POINTS)
        frequencies = frequencies if given["frequency"] is None else given["frequency"]
        covariance = system.covariance
        variance = np.maximum(covariance.diagonal(), 0.0)
        outward = self.space.outward
        by_species = np.einsum("si,ij,sj->s", outward, system.covariance_of_states, outward)
        moving = variance > ROUNDING * (self.slopes.outputs**2 @ by_species)
        slots = network.with_conducting(self.state[None])
        mean = np.concatenate([self.state[:counted], result.quantities(network, slots, np.zeros(1))[0]])
        with np.errstate(invalid="ignore", divide="ignore"):
            correlation = np.where(moving, system.spectrum(np.zeros(1))[0] / (4 * variance), np.nan)
            spread = np.sqrt(variance) / np.abs(mean)
        found = {
            "mean": ((), mean, {}),
            "variance": ((), variance, {}),
            "coefficient_of_variation": ((), spread, {"units": "1"}),
            "correlation_time": ((), correlation, {"units": "s"}),
            "autocovariance": (("lag",), system.autocovariance(lags), {}),
            "spectrum": (("frequency",), system.spectrum(frequencies), {"long_name": ONE_SIDED}),
            "variance_budget": (("source",), system.variance_by_source(), {"long_name": "variance by its source"}),
        }
        data: dict[str, Any] = {}
        for axis, suffix, part in (
            ("species", "counts", slice(0, counted)),
            ("quantities", "quantity", slice(counted, None)),
        ):
            for name, (before, values, text) in found.items():
                data[f"{name}_{suffix}"] = ((*before, axis), values[..., part], text)
            data[f"covariance_{suffix}"] = ((axis, f"{axis}_2"), covariance[part, part])
        data["mean_concentration"] = ("species", mean[:counted] / network.omega[:counted], {"units": "see 'unit'"})
        with np.errstate(invalid="ignore", divide="ignore"):
            fano = np.where(network.signed[:counted], np.nan, variance[:counted] / mean[:counted])
        data["fano_factor"] = ("species", fano, {"long_name": "variance / mean"})
        if not network.multimers:
            correction = mean_correction(self.views, self.state, self.space, system.covariance_of_states)[:counted]
            text = {"long_name": "next order of the mean, in one over the system size; add it to mean_counts"}
            data["mean_correction"] = ("species", correction, MOLECULES | text)
        data["relaxation_rate"] = ("mode", -eigenvalues.real, {"units": "1/s"})
        data["oscillation_frequency"] = ("mode", np.abs(eigenvalues.imag) / (2 * np.pi), {"units": "Hz"})
        axes = coordinates(network) | {
            "lag": ("lag", lags, {"units": "s"}),
            "frequency": ("frequency", frequencies, {"units": "Hz"}),
            "source": ("source", np.array(self.sources, dtype=object)),
        }
        about = about | few_molecules(network, mean[:counted], moving[:counted])
        return result.dataset(network, data, axes, about)
