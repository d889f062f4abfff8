"""Numbers of states by their 64-bit keys: a hash table with open addressing, in two arrays.

The length is a power of two; numbers[slot] is -1 where a slot is empty.
"""

import numpy as np
from numba import njit

GOLDEN = np.uint64(0x9E3779B97F4A7C15)


@njit(inline="always")
def slot_of(key, slots):
    """The first slot that a key may stand in; the high bits of a product are well mixed."""
    return np.int64((key * GOLDEN) >> np.uint64(20)) & (slots - 1)


@njit(cache=True, nogil=True, error_model="numpy")
def insert(keys, first, table, numbers):
    """Give the keys, none of which is in the table, the numbers first, first + 1, ..."""
    slots = len(table)
    for i in range(len(keys)):
        at = slot_of(keys[i], slots)
        while numbers[at] >= 0:
            at = (at + 1) & (slots - 1)
        table[at] = keys[i]
        numbers[at] = first + i


@njit(cache=True, nogil=True, error_model="numpy")
def find(keys, table, numbers, found):
    """The number of each key, -1 where it is not in the table."""
    slots = len(table)
    for i in range(len(keys)):
        at = slot_of(keys[i], slots)
        while numbers[at] >= 0 and table[at] != keys[i]:
            at = (at + 1) & (slots - 1)
        found[i] = numbers[at]
