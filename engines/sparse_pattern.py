"""The order in which a sparse matrix is eliminated, and the entries that appear on the way (fill-in)."""

from heapq import heapify, heappop, heappush
from itertools import chain, pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engines.loops.blocks import WIDTH

LONG = 16
"""Entries of a row of U from which on it is stored in blocks."""


class Elimination(NamedTuple):
    """
    The tables by which `loops.sparse_lu` factorises any matrix of one sparsity pattern.

    Row k of the tables is the k-th eliminated unknown. Its entries, all named by their unknown, are the
    multipliers (L), the pivot, and the rest of the row (U), all in the order of elimination. Where the rest is long it
    lies in blocks (`loops.blocks`) elsewhere.
    """

    order: NDArray[np.int64]  # (n) the unknown eliminated k-th
    position: NDArray[np.int64]  # (n) its inverse: when an unknown is eliminated
    indptr: NDArray[np.int64]  # (n + 1) where the entries of row k begin
    indices: NDArray[np.int64]  # (filled) the unknown of each entry
    column: NDArray[np.int64]  # (filled) its position
    pivot: NDArray[np.int64]  # (n) which entry is the pivot of row k
    entry: NDArray[np.int64]  # (nnz) the entry that each nonzero of the original matrix becomes
    place: NDArray[np.int64]  # (nnz) where that lies
    block: NDArray[np.int64]  # (n + 1) where the blocks of row k begin
    begin: NDArray[np.int64]  # (blocks) the position that a block begins at
    alike: NDArray[np.int64]  # (n) whether the next row has blocks at the same places, the first with its pivot
    row: int  # where a row with all its places lies, behind the entries
    blocks: int  # where the blocks lie
    room: int  # how many numbers all this takes


def elimination(indptr: NDArray[np.int64], indices: NDArray[np.int64]) -> Elimination:
    """
    Order the pivots of a square sparse matrix by Markowitz' rule and find its fill-in.

    The next pivot is the diagonal element with the smallest (r - 1)(c - 1), r and c being the numbers of
    nonzeros left in its row and column: the most entries that eliminating it can create. A species that
    couples to all others is thereby eliminated last, and a chain from its ends; neither fills in.

    Parameters
    ----------
    indptr : array of int64, shape (n + 1)
    indices : array of int64, shape (nnz)
        The pattern, by compressed rows; the diagonal is taken as present whether listed or not.

    Returns
    -------
    Elimination

    References
    ----------
    Markowitz HM (1957) The elimination form of the inverse and its application to linear programming.
    Management Science 3, 255-269.
    """
    n = len(indptr) - 1
    rows = [set(indices[indptr[i] : indptr[i + 1]].tolist()) - {i} for i in range(n)]
    columns: list[set[int]] = [set() for _ in range(n)]
    for i, row in enumerate(rows):
        for j in row:
            columns[j].add(i)

    costs = [len(row) * len(column) for row, column in zip(rows, columns, strict=True)]
    queue = [(cost, i) for i, cost in enumerate(costs)]
    heapify(queue)
    order: list[int] = []
    lower: list[list[int]] = [[] for _ in range(n)]
    while queue:
        cost, pivot = heappop(queue)
        if cost != costs[pivot]:  # an outdated entry; a newer one is in the queue
            continue
        costs[pivot] = -1
        order.append(pivot)
        row, column = rows[pivot], columns[pivot]
        for i in column:
            lower[i].append(pivot)
            rows[i] |= row
            rows[i] -= {i, pivot}
        for j in row:
            columns[j] |= column
            columns[j] -= {j, pivot}
        for i in row | column:
            cost = len(rows[i]) * len(columns[i])
            if cost != costs[i]:
                costs[i] = cost
                heappush(queue, (cost, i))
    return _tables(indptr, indices, order, lower, rows)


def _tables(
    indptr: NDArray[np.int64],
    indices: NDArray[np.int64],
    order: list[int],
    lower: list[list[int]],
    upper: list[set[int]],
) -> Elimination:
    """Lay the rows of L and U, lists of unknowns, out in arrays."""
    n = len(order)
    position = np.empty(n, dtype=np.int64)
    position[order] = np.arange(n)
    when = position.tolist()
    filled = [[*lower[i], i, *sorted(upper[i], key=when.__getitem__)] for i in order]
    start = _starts(filled)
    entries = _flat(filled)
    column = position[entries]
    pivot = start[:-1] + np.array([len(lower[i]) for i in order], dtype=np.int64)
    begins = [_blocks(column[pivot[k] + 1 : start[k + 1]]) for k in range(n)]
    block, begin = _starts(begins), _flat(begins)
    pairs = enumerate(pairwise(begins))
    alike = [len(a) > 0 and a == b and a[0] <= k + 1 for k, (a, b) in pairs] + [False]
    row = _rounded(len(entries))
    blocks = row + _rounded(n)

    # An entry is found by its key, row * n + position, by which the entries are sorted.
    found = np.repeat(np.arange(n), np.diff(start)) * n + column
    wanted = np.repeat(position, np.diff(indptr)) * n + position[indices]
    lies = np.arange(len(entries))
    for k in np.flatnonzero(np.diff(block)).tolist():
        rest = slice(pivot[k] + 1, start[k + 1])
        b = np.searchsorted(begin[block[k] : block[k + 1]], column[rest], side="right") - 1 + block[k]
        lies[rest] = blocks + WIDTH * b + column[rest] - begin[b]
    entry = np.searchsorted(found, wanted).astype(np.int64)
    shape = np.array(order, dtype=np.int64), position, start, entries, column, pivot
    return Elimination(
        *shape,
        entry,
        lies[entry],
        block,
        begin,
        np.array(alike[:n], dtype=np.int64),
        row,
        blocks,
        room=blocks + WIDTH * len(begin),
    )


def aligned(size: int) -> NDArray[np.float64]:
    """Room for numbers, from the beginning of a block in memory."""
    found = np.empty(size + WIDTH)
    first = -found.__array_interface__["data"][0] // found.itemsize % WIDTH
    return found[first : first + size]


def _blocks(columns: NDArray[np.int64]) -> list[int]:
    """Where the blocks begin that hold these columns, if they are many."""
    return np.unique(columns // WIDTH * WIDTH).tolist() if len(columns) >= LONG else []


def _rounded(size: int) -> int:
    return -(-size // WIDTH) * WIDTH


def _flat(rows: list[list[int]]) -> NDArray[np.int64]:
    return np.fromiter(chain.from_iterable(rows), dtype=np.int64)


def _starts(rows: list[list[int]]) -> NDArray[np.int64]:
    return np.cumsum([0, *map(len, rows)], dtype=np.int64)
