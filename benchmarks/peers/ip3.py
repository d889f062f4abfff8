"""The IP3 microdomain as peers can say it: 127 reactions, since they have no channels of subunits."""

from __future__ import annotations

import numpy as np

from benchmarks.peers.case import FINE_SECONDS, OMEGA_PER_FL, Case, Checks, Reaction, around


def ip3_microdomain(scale: float = 1) -> Case:
    """Five De Young-Keizer receptors of four subunits, five SERCA pumps and a leak; IP3 held at 0.2 uM.

    A subunit's state is (IP3, activating calcium, inhibitory calcium); a channel is open with three or four
    subunits in 110, which n(n-1)(n-2)(13-3n)/24 says exactly for n = 0..4.
    """
    omega, channels, ip3, ratio = OMEGA_PER_FL * 0.16572, 5, 0.2, 0.185
    a1, a2, a3, a4, a5 = 400.0, 0.2, 400.0, 0.2, 20.0
    b1, b2, b3, b5 = 52.0, 0.2098, 377.36, 1.6468
    b4 = a4 * (b1 / a1) * (b2 / a2) / (b3 / a3)
    release, leak = 6.0 / channels, 0.11
    pumping = 0.9 * omega / 10
    unbinding = 10 * pumping
    binding = (unbinding + pumping) / 0.1**2 / omega**2

    initial = {"Ca": 3, "ER": 200, "P": 5, "PCa2": 0}
    reactions = [
        Reaction(("Ca", "Ca", "P"), ("PCa2",), binding), Reaction(("PCa2",), ("Ca", "Ca", "P"), unbinding),
        Reaction(("PCa2",), ("ER", "ER", "P"), pumping),
        Reaction(("ER",), ("Ca",), leak), Reaction(("Ca",), ("ER",), ratio * leak),
    ]  # fmt: skip
    for channel in range(channels):
        subunit = {(i, j, k): f"c{channel}s{i}{j}{k}" for k in (0, 1) for j in (0, 1) for i in (0, 1)}
        initial |= {name: 4 if name.endswith("000") else 0 for name in subunit.values()}
        for (i, j, k), name in subunit.items():
            if i == 0:
                a, b = ((a1, b1), (a3, b3))[k]
                reactions += [Reaction((name,), (subunit[1, j, k],), a * ip3)]
                reactions += [Reaction((subunit[1, j, k],), (name,), b)]
            if j == 0:
                reactions += [Reaction((name, "Ca"), (subunit[i, 1, k],), a5 / omega)]
                reactions += [Reaction((subunit[i, 1, k],), (name, "Ca"), b5)]
            if k == 0:
                a, b = ((a4, b4), (a2, b2))[i]
                reactions += [Reaction((name, "Ca"), (subunit[i, j, 1],), a / omega)]
                reactions += [Reaction((subunit[i, j, 1],), (name, "Ca"), b)]
        n = subunit[1, 1, 0]
        is_open = f"{n}*({n}-1)*({n}-2)*(13-3*{n})/24"
        reactions += [Reaction(("ER",), ("Ca",), f"{release!r}*ER*{is_open}")]
        reactions += [Reaction(("Ca",), ("ER",), f"{ratio * release!r}*Ca*{is_open}")]
    end = round(3000 * scale)

    opening = [i for i, name in enumerate(initial) if name.endswith("s110")]

    # the expected values are those of the hand-written kernel over 300,000 s, and the bands five standard
    # deviations of such a mean over shorter times; 1 ms samples miss the shortest openings
    def check(counts: np.ndarray) -> Checks:
        slack = 5 * (3000 / len(counts) / (counts.shape[1] - 1)) ** 0.5
        return {
            "any open": around((counts[..., opening] >= 3).any(axis=-1).mean(), 0.1762, 0.056 * slack),
            "Ca (uM)": around(counts[..., 0].mean() / omega, 0.1860, 0.033 * slack),
        }

    def fine_check(counts: np.ndarray) -> Checks:
        is_open = (counts[0][:, opening] >= 3).any(axis=-1)
        openings = np.count_nonzero(is_open[1:] > is_open[:-1])
        return {
            "openings/s at 1 ms": around(openings / FINE_SECONDS, 19.3, 0.8),
            "open time (ms)": around(np.count_nonzero(is_open) / openings, 9.37, 0.24),
        }

    return Case("ip3-microdomain", "IP3 microdomain, 5 receptors", initial, reactions, end, end + 1, 1, check,
                2.5, fine_check=fine_check)  # fmt: skip
