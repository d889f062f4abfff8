"""Seeds of many trajectories at once: trajectory n of seed s has ``SFC64(SeedSequence(s, spawn_key=(n,)))``.

numpy makes one such generator in 14 microseconds, longer than a short trajectory takes; here the same hash is computed
for all of them together (O'Neill's seed_seq, as in numpy.random.SeedSequence), bit for bit.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from mechanisms.network import Integers

_A, _B, _LEFT, _RIGHT = (np.uint32(x) for x in (0x931E8875, 0x58F38DED, 0xCA01F9DD, 0x4973F715))
_START_A, _START_B = 0x43B0D7E5, np.uint32(0x8B51F9DD)
_HASHES_BEFORE_KEY = 16
"""Four words of entropy hashed into the pool, and twelve mixtures of its words."""
_WARM_UP = 12
"""Words that SFC64 throws away after seeding."""


def is_seed(given: Any) -> bool:
    """Whether it is a whole number from 0 to 2^128 - 1."""
    return isinstance(given, (int, np.integer)) and not isinstance(given, bool) and bool(0 <= given < 2**128)


def seed_words(seed: int, trajectories: Integers) -> Any:
    """(n, 4) words: the state of the generator of each trajectory.

    seed: from 0 to 2^128 - 1; trajectories: (n,) numbers from 0 to 2^32 - 1.
    """
    with np.errstate(over="ignore"):
        words = _spawned(np.random.SeedSequence(seed).pool, trajectories.astype(np.uint32))
        a, b, c = (words[2 * i].astype(np.uint64) | (words[2 * i + 1].astype(np.uint64) << 32) for i in range(3))
        d = np.ones_like(a)
        for _ in range(_WARM_UP):
            bits = a + b + d
            a, b, c, d = b ^ (b >> 11), c + (c << 3), ((c << 24) | (c >> 40)) + bits, d + 1
        return np.stack([a, b, c, d], axis=1)


def _spawned(pool: Any, keys: Any) -> list[Any]:
    """Six 32-bit words for each spawn key: the key is hashed into the pool, and words are drawn from it."""
    constant = np.uint32(_START_A * pow(int(_A), _HASHES_BEFORE_KEY, 2**32) % 2**32)
    mixed = []
    for word in pool:
        value = keys ^ constant
        constant *= _A
        value = _folded(value * constant)
        mixed.append(_folded(_LEFT * word - _RIGHT * value))
    constant, words = _START_B, []
    for i in range(6):
        value = mixed[i % 4] ^ constant
        constant *= _B
        words.append(_folded(value * constant))
    return words


def _folded(value: Any) -> Any:
    return value ^ (value >> np.uint32(16))
