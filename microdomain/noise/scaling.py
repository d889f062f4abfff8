"""Noise against volume: measured, predicted, and certified to fall as 1/sqrt(V), or not, with the reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from engines.ensemble import progress_bar
from engines.observed import units_of
from engines.result import Interrupted, SimulationError, version
from microdomain.noise import request as asked
from microdomain.noise.measure import Point, measure
from microdomain.noise.request import Request
from microdomain.noise.statistics import student
from microdomain.noise.text import as_html, as_text
from microdomain.noise.verdict import AGREEMENT_BAND, EXPONENT_BAND, Verdict, judge

if TYPE_CHECKING:
    import xarray as xr

    from mechanisms.model import Model

PARTS = 1000
"""Parts of a volume's work that the progress bar counts."""


@dataclass(frozen=True)
class NoiseScaling:
    """What ``noise_scaling`` found: ``data``, a labelled dataset; printed, or shown by a notebook, as tables."""

    data: xr.Dataset

    def __str__(self) -> str:
        return as_text(self.data)

    def _repr_html_(self) -> str:
        return as_html(self.data)


def noise_scaling(
    model: Model,
    volumes: Any,
    *,
    compartment: Any = None,
    fixed: str = "densities",
    of: Any = None,
    engine: Any = None,
    precision: float = 0.025,
    confidence: float = 0.95,
    max_events: float = 1e8,
    seed: int | None = None,
    workers: int | None = None,
    progress: bool | None = None,
) -> NoiseScaling:
    """Measure the noise of a model at several volumes, and judge whether it falls as one over their square root.

        CV = sd / |mean| of the stationary state;    CV ~ V^b,  b = -1/2 where fluctuations are small.

    volumes: two or more of ``compartment`` (by default the first that an observable is in), in fL or text such as
        "0.1 fL"; all others keep their ratio to it.
    fixed: "densities", or "channels" for a cluster in a growing volume (see ``Model.scaled``).
    of: names of species or quantities ("IP3R.open", "plasma.voltage"); by default every species that varies, and
        voltages in place of charges.
    engine: by default exact (Gillespie) where that takes at most ``max_events`` reactions at a volume, beyond that
        tau-leaping, or Langevin where linear noise says that it leaves nothing out; ``data.engine`` says which. Or one
        engine for all, such as {"cytosol": "flow"}: the prediction is then that of the noise that the engine has.
    precision: relative half-width of the intervals at ``confidence``; trajectories are added until it is reached or
        max_events are spent.

    Returns NoiseScaling with ``data``: cv, cv_low, cv_high, predicted (linear noise; NaN with the reason in
    ``no_prediction``), average (volume, observable), engine, work and seed (volume), exponent, exponent_low and
    exponent_high, verdict and reason (observable). A verdict of "certified 1/sqrt(V)" needs an exponent within 0.05 of
    -1/2 and CV within 10 % of linear noise at every volume: see ``microdomain.noise.verdict`` for how often it errs.
    It is about the fluctuations around the state that the model settles in from its initial state.
    Raises ModelError or RequestError with every fault before anything runs; SimulationError where a run fails and
    Interrupted on Ctrl-C, both with the volumes that were finished in ``.result``.
    van Kampen 1961; Elf & Ehrenberg 2003.
    """
    numbers = precision, confidence, max_events
    request = asked.read(model, volumes, compartment, fixed, of, engine, numbers, seed, workers)
    points: list[Point] = []
    with progress_bar(progress, PARTS * len(request.sizes), "measuring") as bar:
        try:
            for i, size in enumerate(request.sizes):
                own = int(np.random.SeedSequence(request.seed, spawn_key=(i,)).generate_state(1, np.uint64)[0])
                points.append(measure(size, request, own, partial(_tell, bar, i)))
        except KeyboardInterrupt:
            told = f"{len(points)} of {len(request.sizes)} volumes are finished: see .result"
            raise Interrupted(told, _finished(request, points)) from None
        except SimulationError as error:
            told = f"at {size.volume:.4g} fL, {error}"
            raise SimulationError(told, _finished(request, points)) from None
    return NoiseScaling(_dataset(request, points))


def _tell(bar: Callable[[int], None], volume: int, part: float) -> None:
    bar(round(PARTS * (volume + part)))


def _finished(request: Request, points: Sequence[Point]) -> Any:
    """What was measured before a stop; None where that is less than two volumes."""
    if len(points) < 2:
        return None
    return NoiseScaling(_dataset(replace(request, sizes=request.sizes[: len(points)]), points))


def _dataset(request: Request, points: Sequence[Point]) -> xr.Dataset:
    import xarray as xr

    verdicts: list[Verdict] = judge(request, points)
    both, one, other = ("volume", "observable"), "volume", "observable"

    def column(name: str) -> Any:
        return np.array([getattr(point, name) for point in points])

    def words(values: Any) -> Any:
        return np.array(list(values), dtype=object)

    log_cv, error = column("log_cv"), column("error")
    half = np.array([[student(request.confidence, p.degrees)] for p in points]) * error
    level = f"{request.confidence:.0%} interval"
    data = {
        "cv": (both, np.exp(log_cv), {"long_name": "sd over |mean|"}),
        "cv_low": (both, np.exp(log_cv - half), {"long_name": level}),
        "cv_high": (both, np.exp(log_cv + half), {"long_name": level}),
        "predicted": (both, column("predicted"), {"long_name": "CV by linear noise, of the noise that the engine has"}),
        "average": (both, column("mean"), {"units": "see 'unit'"}),
        "unseen": (both, column("unseen"), {"long_name": "part of the variance that the engine leaves out"}),
        "used": (both, np.array([v.used for v in verdicts]).T, {"long_name": "the point counts for the verdict"}),
        "no_prediction": (one, words(point.prediction.reason for point in points)),
        "engine": (one, words(getattr(point.schedule.engine, "name", "none") for point in points)),
        "trajectories": (one, np.array([p.degrees + 1 if p.schedule.engine else 0 for p in points])),
        "burn_in": (one, np.array([point.schedule.burn_in for point in points]), {"units": "s"}),
        "window": (one, np.array([point.schedule.window for point in points]), {"units": "s"}),
        "work": (one, column("work"), {"long_name": "reactions fired, or steps of langevin"}),
        "seed": (one, words(str(point.seed) for point in points)),
        "scarcest": (one, words(point.fewest[0] for point in points)),
        "fewest": (one, np.array([p.fewest[1] for p in points]), {"long_name": "mean number of the scarcest species"}),
        "rounded": (one, words(request.rounded)),
        **{name: (other, np.array([getattr(v, name) for v in verdicts])) for name in ("exponent", "holds_from")},
        "exponent_low": (other, np.array([v.low for v in verdicts]), {"long_name": level}),
        "exponent_high": (other, np.array([v.high for v in verdicts]), {"long_name": level}),
        "verdict": (other, words(v.verdict for v in verdicts)),
        "reason": (other, words(v.reason for v in verdicts)),
    }
    coordinates = {
        "volume": ("volume", np.array([size.volume for size in request.sizes]), {"units": "fL"}),
        "observable": ("observable", words(request.names)),
        "unit": ("observable", words(units_of(request.sizes[0].network, request.names))),
    }
    about = {
        "model": request.model,
        "compartment": request.compartment,
        "fixed": request.fixed,
        "confidence": request.confidence,
        "precision": request.precision,
        "max_events": request.max_events,
        "seed": str(request.seed),
        "exponent_band": EXPONENT_BAND,
        "agreement_band": AGREEMENT_BAND,
        "model_hash": request.sizes[0].network.digest,
        "version": version(),
    }
    return xr.Dataset(data, coordinates, about)
