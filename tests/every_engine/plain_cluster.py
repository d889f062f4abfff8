"""Clusters of park-drive receptors in plain numpy, in short steps: slow, readable, and without the project's code.

    dc/dt = 200 n_open + leak - 4000 c / (c + 12),    dg/dt = lambda_g (g_inf - g),    c_pore = c + 120 while open

in uM and s, for each channel with its gates g = (m24, h24, m42, h42). A step changes the mode with the probability
1 - exp(-q h), steps between the states of a mode by the exponential of their rates, then calcium and gates.

Numbers: Siekmann et al. 2012 and Cao et al. 2013, from the code of Hawker et al.
"""

import numpy as np
from scipy.linalg import expm

STATES = ("C1", "C2", "C3", "C4", "O5", "O6")
INSIDE = np.zeros((6, 6))
"""Rates (from, to) between states of one mode, in 1/s."""
for one, other, there, back in (
    ("C1", "C2", 1240, 88), ("C2", "C3", 3, 69), ("C2", "O6", 10500, 4010), ("C4", "O5", 11, 3330),
):  # fmt: skip
    INSIDE[STATES.index(one), STATES.index(other)] = there
    INSIDE[STATES.index(other), STATES.index(one)] = back


def rising(i, half, power):
    return i**power / (i**power + half**power)


def gates(c, i):
    """Where the gates rest at c uM of calcium (..., gate) and how fast they go there, in 1/s; i: IP3 in uM."""
    nm = np.asarray(c, dtype=float) * 1e3
    m24 = rising(nm, 479 + 70 * (1 - rising(i, 1.2, 2)), 6.3 + 1.72 * rising(i, 1.2, 2))
    h24 = 1 - rising(nm, 79750 + 17368 * (1 - rising(i, 1.2, 2)), 8.2 * rising(i, 1.5, 2))
    m42 = rising(nm, 398 + 257 * rising(i, 3.6, 4), 5.9 + 5.3 * (1 - rising(i, 1.2, 2)))
    h42 = 1 - rising(nm, 170 + 70000 * rising(i, 6.5, 3), 3.2 + 4.88 * rising(i, 1.3, 2))
    rate = np.stack(np.broadcast_arrays(100.0, 40.0, 100.0, 0.5 + 100 * rising(nm, 20000, 7)), axis=-1)
    return np.stack([m24, h24, m42, h42], axis=-1), rate


def switching(g, i):
    """C2 -> C4 and C4 -> C2 in 1/s with the gates g (..., gate)."""
    to_park = 1 + 30 * (1 - rising(i, 0.5, 2)) + (60 + 253 * (1 - rising(i, 1.2, 3))) * (1 - g[..., 0] * g[..., 1])
    return to_park, 1.8 * rising(i, 0.58, 2) + 100 * g[..., 2] * g[..., 3]


class PlainCluster:
    """Many clusters of ten channels, without dye, that all begin in C2 at 0.1 uM of calcium and of IP3."""

    def __init__(self, random, clusters, channels=10, step=2e-5):
        self.random, self.step = random, step
        self.state = np.full((clusters, channels), STATES.index("C2"))
        self.gates = np.broadcast_to([0.0, 1.0, 0.0, 1.0], (clusters, channels, 4)).copy()
        self.calcium = np.full(clusters, 0.1)
        self.within = expm((INSIDE - np.diag(INSIDE.sum(axis=1))) * step).cumsum(axis=1)

    @property
    def driving(self):
        """Channels in the drive mode (cluster,)."""
        return ((self.state != STATES.index("C4")) & (self.state != STATES.index("O5"))).sum(axis=1)

    @property
    def memory(self):
        """The mean of h42 over the channels (cluster,)."""
        return self.gates[..., 3].mean(axis=1)

    def run(self, seconds):
        """Go on for so long."""
        h, c2, c4 = self.step, STATES.index("C2"), STATES.index("C4")
        for _ in range(round(seconds / h)):
            to_park, to_drive = switching(self.gates, 0.1)
            rate = np.where(self.state == c2, to_park, np.where(self.state == c4, to_drive, 0.0))
            switched = self.random.random(self.state.shape) < -np.expm1(-rate * h)
            self.state = np.where(switched, c2 + c4 - self.state, self.state)
            u = self.random.random(self.state.shape)
            self.state = (u[..., None] >= self.within[self.state][..., :-1]).sum(axis=-1)
            opened = self.state >= STATES.index("O5")
            rest, rate = gates(self.calcium[:, None] + 120 * opened, 0.1)
            self.gates = rest + (self.gates - rest) * np.exp(-rate * h)
            pump = 4000 * (self.calcium / (self.calcium + 12) - 0.1 / 12.1)
            self.calcium = self.calcium + h * (200 * opened.sum(axis=1) - pump)
