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
    indptr, indices, pivot, position = tables.indptr, tables.indices, tables.pivot, tables.position
    for k in range(pivot.size):
        for e in range(indptr[k], indptr[k + 1]):
            row[indices[e]] = lu[e]
        for e in range(indptr[k], pivot[k]):
            j = position[indices[e]]
            factor = row[indices[e]] * lu[pivot[j]]
            lu[e] = factor
            for u in range(pivot[j] + 1, indptr[j + 1]):
                row[indices[u]] -= factor * lu[u]
        unknown = indices[pivot[k]]
        if row[unknown] == 0.0 or not np.isfinite(row[unknown]):
            return unknown
        lu[pivot[k]] = 1.0 / row[unknown]
        for e in range(pivot[k] + 1, indptr[k + 1]):
            lu[e] = row[indices[e]]
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
