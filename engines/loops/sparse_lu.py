"""Sparse LU factorisation without pivoting, for many matrices of one sparsity pattern."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True, error_model="numpy")
def factorise(lu, row, tables):
    """
    Replace the entries of a matrix A by those of its factors, A = L U, row by row.

    Parameters
    ----------
    lu : array of float64, shape (filled)
        A in the layout of `tables`, zero where it fills in. On return L (its diagonal, 1, is not stored), U,
        and the reciprocals of the pivots.
    row : array of float64, shape (n)
        Scratch.
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
    indptr, column, pivot = tables.indptr, tables.column, tables.pivot
    n = pivot.size
    for k in range(n):
        for e in range(indptr[k], indptr[k + 1]):
            row[column[e]] = lu[e]
        for e in range(indptr[k], pivot[k]):
            j = column[e]
            factor = row[j] * lu[pivot[j]]
            lu[e] = factor
            first = pivot[j] + 1
            rest = indptr[j + 1] - first
            if rest == n - 1 - j:  # a full row, whose entries lie side by side
                target, source = row[j + 1 :], lu[first:]
                for u in range(rest):
                    target[u] -= factor * source[u]
            else:
                for u in range(first, first + rest):
                    row[column[u]] -= factor * lu[u]
        if row[k] == 0.0 or not np.isfinite(row[k]):
            return tables.order[k]
        lu[pivot[k]] = 1.0 / row[k]
        for e in range(pivot[k] + 1, indptr[k + 1]):
            lu[e] = row[column[e]]
    return -1


@njit(cache=True, nogil=True, error_model="numpy")
def solve(lu, x, tables):
    """
    Solve L U x = b in place.

    Parameters
    ----------
    lu : array of float64, shape (filled)
        From `factorise`.
    x : array of float64, shape (n)
        b on entry, the solution on return.
    tables : Elimination
    """
    indptr, indices, pivot, order = tables.indptr, tables.indices, tables.pivot, tables.order
    for k in range(pivot.size):
        total = x[order[k]]
        for e in range(indptr[k], pivot[k]):
            total -= lu[e] * x[indices[e]]
        x[order[k]] = total
    for k in range(pivot.size - 1, -1, -1):
        total = x[order[k]]
        for e in range(pivot[k] + 1, indptr[k + 1]):
            total -= lu[e] * x[indices[e]]
        x[order[k]] = total * lu[pivot[k]]
