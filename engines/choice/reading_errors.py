"""The error that a mixture of readings makes, from what each reaction contributes.

With m the mean of an observable, s its standard deviation, s_j^2 what reaction j's noise gives to the variance, d_j
what it gives to the next order of the mean, and h_j(t) what one of its firings does (``engines.choice.responses``):

- What flows has no noise: s becomes sqrt(s^2 - sum s_j^2), exactly where rates are linear, and m loses sum d_j.
- What diffuses has the right mean and variance, to first order, but no grain. A lattice is a quarter of a step away
  from what is smooth, in Wasserstein's distance. Seen from downstream a step is c_j, c_j^2 s_j^2 = a_j integral h_j^4;
  it is blurred where reaction j fires f_j = s_j^2 / c_j^2 times within the memory of the observable. Firings that are
  large in one direction only, as bursts are, skew a distribution, and diffusion does not.
- The same holds for the grain of what jumps, where noise that would blur it flows.
- Where some steps of a multimer's subunits diffuse or flow, it is lost which subunits share a complex.
- Few molecules in fractions hold up jumps, and few that leaps or diffusions kick bias means.

The constants below were fitted to exact stationary distributions of small networks (births and deaths, dimers, genes,
enzymes, random mass action) under the mean field, Langevin, leaps and random partitions. In some 30 networks held back,
where the truth stands out of chance, the prediction over the truth is 0.86 to 1.8 for nine of ten distributions and
standard deviations; 2 % of all predictions are below 0.7 of it. Where a few molecules are moved in fractions, and any
other reading is better, it is up to ten times too high.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from scipy.special import ndtr

from engines.choice.contributions import Contributions
from engines.partition import READINGS
from mechanisms.network import Floats, Integers

JUMP, MAYBE_LEAP, LEAP, MAYBE_DIFFUSION, DIFFUSION, MAYBE_FLOW, FLOW = range(len(READINGS))
FEW = 50.0
"""Molecules from which on adaptive readings may do without jumps: where those of ``Hybrid`` jump again."""
GRAIN = 0.25
"""The Wasserstein distance between a lattice of spacing one and what is smooth."""
SKEW = 0.16
"""E|z^2 - 1| / 6 of a standard normal z: the distance, in standard deviations, that a skewness of one makes."""
STEPS = 0.01
"""Of the standard deviation: what the steps of leaps and diffusions do to mean and standard deviation, at the most."""
NEXT = 0.5
"""Of the relative next order of the mean: how far diffusion changes the standard deviation; and the mean, squared."""
EDGE = 0.065
"""What the border at no molecules does to the standard deviation of what diffuses, times its squared relative grain."""
KICKED = 6.0
"""Leaps and diffusions of n molecules are off by exp(-6 n) of their rate."""
HELD_UP = 1.2, 1.5
"""Jumps that take one of n molecules in fractions are slowed down by 1.2 exp(-1.5 n)."""
STUCK = 0.98
"""The part of their rate that they lose at the most."""
CERTAIN = 30.0
"""Standard deviations that a normal number never has."""


class ReadingErrors:
    """Errors (column,) in the unit of each observable, where reactions are read in some way (reaction,)."""

    def __init__(self, parts: Contributions, readings: Integers) -> None:
        adaptive = np.isin(readings, (MAYBE_LEAP, MAYBE_DIFFUSION, MAYBE_FLOW))
        fewest = np.where(parts.moves, parts.amounts, np.inf).min(axis=1)
        plain = np.where(adaptive, np.where(fewest < FEW, JUMP, readings + 1), readings)
        self.parts, self.fewest = parts, fewest
        self.jumps, self.leaps, self.diffuses, self.flows = (plain == way for way in (JUMP, LEAP, DIFFUSION, FLOW))
        self.smooth, self.kicked = self.diffuses | self.flows, self.leaps | self.diffuses

    def mean(self) -> Any:
        """|m_z - m_x|."""
        beyond = NEXT * self._nonlinear**2 * np.abs(self.parts.mean)
        return np.abs(self._shift) + beyond + self._off + self._rough

    def standard_deviation(self) -> Any:
        """|s_z - s_x|."""
        parts = self.parts
        relative = NEXT * self._nonlinear + _over(self._off, np.abs(parts.mean))
        edge = EDGE * _over(parts.fourth[self.diffuses].sum(axis=0), parts.sd**2)
        return parts.sd - self._left + parts.sd * (relative + edge) + self._rough

    def distribution(self) -> Any:
        """Wasserstein's distance of first order."""
        moved = magnitude(np.abs(self._shift) + self._off, self.parts.sd - self._left)
        return np.hypot(moved, self._grain) + self._rough

    @cached_property
    def _apart(self) -> list[int]:
        """The multimers of which it is not known which subunits share a complex."""
        group = self.parts.group
        return [m for m in range(len(self.parts.complexes)) if self.smooth[group == m].any()]

    @cached_property
    def _lost(self) -> Any:
        """The share (column,) of the variance that is lost."""
        found = self.parts.shares[self.flows].sum(axis=0) + self.parts.complexes[self._apart].sum(axis=0)
        return np.clip(found, 0.0, 1.0)

    @cached_property
    def _left(self) -> Any:
        """(column,) the standard deviation that is left."""
        return self.parts.sd * np.sqrt(1 - self._lost)

    @cached_property
    def _shift(self) -> Any:
        """(column,) of the mean by what flows, with its sign."""
        return self.parts.shifts[self.flows].sum(axis=0) + self.parts.pairing[self._apart].sum(axis=0)

    @cached_property
    def _nonlinear(self) -> Any:
        """(column,) the next order of the mean of what diffuses, all of one sign, over the mean."""
        found = np.abs(self.parts.shifts[self.diffuses]).sum(axis=0)
        return np.minimum(_over(found, np.abs(self.parts.mean)), 1.0)

    @cached_property
    def _rough(self) -> Any:
        """(column,) what the steps of leaps and diffusions do."""
        return STEPS * self.parts.sd * np.clip(self.parts.shares[self.kicked].sum(axis=0), 0.0, 1.0)

    @cached_property
    def _off(self) -> Any:
        """(column,) by how much the mean may be off where few molecules are moved in fractions, or kicked."""
        parts = self.parts
        in_fractions = parts.moves[self.smooth].any(axis=0)
        fractions = np.where(parts.takes & in_fractions, parts.amounts, np.inf).min(axis=1)
        slowed = HELD_UP[0] * np.exp(-HELD_UP[1] * fractions)
        found = np.where(self.jumps | self.leaps, -np.log1p(-np.minimum(slowed, STUCK)), 0.0)
        found += np.where(self.kicked, np.exp(-KICKED * self.fewest), 0.0)
        return found @ np.abs(parts.sensitivities)

    @cached_property
    def _grain(self) -> Any:
        """(column,) the distance that comes of lattices that are filled, and of firings that are no longer seen."""
        parts = self.parts
        spacing = np.where(parts.jumps > 0, parts.jumps, np.inf).min(axis=0)
        lattice = np.where(parts.jumps[self.smooth].any(axis=0), np.minimum(spacing, self._left), 0.0)
        firings = _over(parts.shares**2 * parts.sd**2, parts.fourth)
        blurred = np.sqrt((parts.fourth / (1 + firings))[self.diffuses].sum(axis=0))
        skewed = np.abs(_over(parts.third[self.diffuses].sum(axis=0), parts.sd**2)) * parts.sd
        kept = np.sqrt(parts.fourth[self.jumps | self.leaps].sum(axis=0))
        filled = np.minimum(np.sqrt(2 / np.pi * self._lost) * parts.sd, GRAIN * kept)
        return np.max([GRAIN * lattice, GRAIN * blurred, SKEW * skewed, filled], axis=0)


def magnitude(mean: Any, sd: Any) -> Any:
    """E|x| of normal x."""
    ratio = np.divide(np.abs(mean), sd, out=np.full_like(sd, CERTAIN), where=sd * CERTAIN > np.abs(mean))
    return sd * np.sqrt(2 / np.pi) * np.exp(-(ratio**2) / 2) + np.abs(mean) * (2 * ndtr(ratio) - 1)


def _over(above: Floats, below: Floats) -> Any:
    """The ratio, 0 where there is nothing below."""
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)
