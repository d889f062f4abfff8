"""Every engine, and one way to ask any of them for a mean and a variance over time.

What the tests beside this file find, at the biases that they state:

    engine                       passive membrane   dimer          park-drive cluster   10^5 reactions
    ode, hybrid flow             mean               mean field     held calcium: exact  exact mean
    gillespie, hybrid jump       exact              exact          exact                exact
    tau-leaping                  3 %                exact                               1 %
    langevin                     1.5 %              3 %                                 1 %
    hybrid leap, diffusion       1.5 %              2 to 3 % (a)   calcium, 2 %         1 %
    hybrid, readings mixed       1.5 %              2 to 3 %       calcium flows, 2 %   5 %
    hybrid, adaptive             1.5 %              2 %
    linear noise                 0.1 %              O(1 / V)       held calcium: exact  refused: 8e+02 GB
    master equation              exact              exact          refused: variables   refused: 37 GB

The numbers are of variances, and of means in the cluster. (a) Diffusions of 6 molecules: 6 %.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

import microdomain as md

SIGMAS = 4.5
"""Standard errors that a moment of a sample may be off: a false alarm of 7e-6 each."""
ROUNDING = 1e-9
ENGINES: dict[str, Any] = {
    "ode": md.ODE(rtol=1e-9, atol=1e-9),
    "gillespie": md.Gillespie(),
    "tau-leaping": md.TauLeaping(),
    "langevin": md.Langevin(),
    "hybrid: jump": md.Hybrid("jump"),
    "hybrid: leap": md.Hybrid("leap"),
    "hybrid: diffusion": md.Hybrid("diffusion"),
    "hybrid: jump or leap": md.Hybrid("jump or leap"),
    "hybrid: jump or diffusion": md.Hybrid("jump or diffusion"),
    "hybrid: flow": md.Hybrid("flow", rtol=1e-6, atol=1e-6),
    "linear noise": md.linear_noise,
    "master equation": md.master_equation,
}
"""How a network can be read; mixed readings are made where a case needs them."""


@dataclass(frozen=True)
class Moments:
    """Of one number at each time (time,); errors are the standard errors of a sample, 0 where nothing was sampled."""

    mean: Any
    variance: Any
    error_of_mean: Any
    error_of_variance: Any

    @classmethod
    def of(cls, sample: Any) -> "Moments":
        """Of a sample (trajectory, time); the error of its variance is from its own fourth moment."""
        n = len(sample)
        squares = (sample - sample.mean(axis=0)) ** 2
        variance = squares.sum(axis=0) / (n - 1)
        return cls(sample.mean(axis=0), variance, np.sqrt(variance / n), squares.std(axis=0) / np.sqrt(n))

    def agree(self, mean: Any, variance: Any, bias_of_mean: Any, bias_of_variance: Any) -> None:
        """Mean and variance are these, but for chance and a bias of each."""
        for found, exact, error, bias in (
            (self.mean, mean, self.error_of_mean, bias_of_mean),
            (self.variance, variance, self.error_of_variance, bias_of_variance),
        ):
            assert (np.abs(found - exact) <= SIGMAS * error + bias + ROUNDING).all(), (
                f"{found} for {exact}, error {error}"
            )


def moments(engine: Any, model: Any, times: Any, name: str, trajectories: int = 1, seed: int = 1) -> Moments:
    """Of a species in molecules, or of a quantity; of one trajectory alone the variance is 0."""
    kind, axis = ("counts", "species") if name in model.network().species else ("quantity", "quantities")
    if engine in (md.linear_noise, md.master_equation):
        data = engine(model, times)
        mean, variance = (data[f"{moment}_{kind}"].sel({axis: name}).values for moment in ("mean", "variance"))
        return Moments(mean, variance, 0.0, 0.0)
    data = md.simulate(model, times, engine=engine, trajectories=trajectories, seed=seed, workers=1)
    found = data[kind].sel({axis: name}).values
    return Moments.of(found) if trajectories > 1 else Moments(found[0], np.zeros(len(times)), 0.0, 0.0)
