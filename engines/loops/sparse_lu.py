"""Sparse LU factorisation without pivoting, for many matrices of one sparsity pattern.

Where a row of U is long its entries lie in blocks, among zeros that fill these (``blocks.py``). An array ``lu`` has the
other entries, a row with all its places as scratch, and the blocks, one behind the other.
"""

import numpy as np
from numba import njit

from .blocks import WIDTH, gather, product, spread, subtract, subtract_two
from .pointer import pointers


@njit(cache=True, nogil=True, error_model="numpy")
def factorise(lu, n, tables):
    """
    Replace the entries of a matrix A by those of its factors, A = L U, row by row.

    Parameters
    ----------
    lu : array of float64, shape (tables.room)
        A in the layout of `tables`, zero elsewhere. On return L (its diagonal, 1, is not stored), U,
        and the reciprocals of the pivots.
    n : int
        How many unknowns there are.
    tables : Elimination

    Returns
    -------
    int
        -1, or the unknown at whose pivot, zero or not finite, the factorisation was given up.

    References
    ----------
    Sandu A, Verwer JG, Blom JG, Spee EJ, Carmichael GR, Potra FA (1997) Benchmarking stiff ODE solvers for
    atmospheric chemistry problems II. Atmospheric Environment 31, 3459-3472.
    """
    lu, tables = pointers(lu), pointers(tables)
    indptr, column, pivot, block, begin = tables.indptr, tables.column, tables.pivot, tables.block, tables.begin
    row, blocks = tables.row, tables.blocks
    for k in range(n):
        first, last = block[k], block[k + 1]
        end = indptr[k + 1] if first == last else pivot[k] + 1
        spread(lu, blocks, row, begin, first, last)
        for e in range(indptr[k], end):  # the zeros of a block may have been put in their places
            lu[row + column[e]] = lu[e]
        e = indptr[k]
        while e < pivot[k]:
            j = column[e]
            factor, b = lu[row + j] * lu[pivot[j]], block[j]
            lu[e] = factor
            e += 1
            if tables.alike[j] and e < pivot[k] and column[e] == j + 1:  # two rows at once
                lu[row + j + 1] -= factor * lu[blocks + WIDTH * b + j + 1 - begin[b]]
                lu[e] = lu[row + j + 1] * lu[pivot[j + 1]]
                subtract_two(lu, blocks, row, begin, b, block[j + 1], factor, block[j + 1], lu[e])
                e += 1
            elif b < block[j + 1]:
                subtract(lu, blocks, row, begin, b, block[j + 1], factor)
            else:
                for u in range(pivot[j] + 1, indptr[j + 1]):
                    lu[row + column[u]] -= factor * lu[u]
        found = lu[row + k]
        if found == 0.0 or not abs(found) < np.inf:
            return tables.order[k]
        lu[pivot[k]] = 1.0 / found
        if first == last:
            for e in range(pivot[k] + 1, end):
                lu[e] = lu[row + column[e]]
        else:
            for at in range(begin[first], k + 1):
                lu[row + at] = 0.0
            gather(lu, blocks, row, begin, first, last)
    return -1


@njit(cache=True, nogil=True, error_model="numpy")
def solve(lu, x, n, tables):
    """
    Solve L U x = b in place.

    Parameters
    ----------
    lu : array of float64, shape (tables.room)
        From `factorise`.
    x : array of float64, shape (n)
        b on entry, the solution on return.
    n : int
    tables : Elimination
    """
    lu, x, tables = pointers(lu), pointers(x), pointers(tables)
    indptr, column, pivot, block, begin = tables.indptr, tables.column, tables.pivot, tables.block, tables.begin
    row, blocks, order = tables.row, tables.blocks, tables.order
    for at in range(row + n, blocks):
        lu[at] = 0.0
    for k in range(n):
        a, b, c, d, e = x[order[k]], 0.0, 0.0, 0.0, indptr[k]
        while e < pivot[k] - 3:  # four sums, of which none waits for another
            a -= lu[e] * lu[row + column[e]]
            b -= lu[e + 1] * lu[row + column[e + 1]]
            c -= lu[e + 2] * lu[row + column[e + 2]]
            d -= lu[e + 3] * lu[row + column[e + 3]]
            e += 4
        while e < pivot[k]:
            a -= lu[e] * lu[row + column[e]]
            e += 1
        lu[row + k] = (a + b) + (c + d)
    for k in range(n - 1, -1, -1):
        total = lu[row + k]
        if block[k] < block[k + 1]:
            total -= product(lu, blocks, row, begin, block[k], block[k + 1])
        else:
            for e in range(pivot[k] + 1, indptr[k + 1]):
                total -= lu[e] * lu[row + column[e]]
        lu[row + k] = total * lu[pivot[k]]
        x[order[k]] = lu[row + k]
