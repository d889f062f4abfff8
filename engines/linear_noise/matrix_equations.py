"""Linear equations for covariances, by Schur forms."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.linalg import schur
from scipy.linalg.lapack import dtrsyl

from mechanisms.network import Floats


class Schur:
    """A square matrix, factorised once for many equations: basis @ form @ basis.T."""

    def __init__(self, matrix: Any) -> None:
        self.form, self.basis = schur(matrix)


def sylvester(a: Schur, b: Schur, q: Floats, shift: float = 0.0) -> Floats:
    """X (n, m) of (A - shift) X + X B^T + Q = 0; with B = A, the Lyapunov equation.

    Bartels RH, Stewart GW (1972) Solution of the matrix equation AX + XB = C. Communications of the ACM 15, 820-826.
    """
    return _solve(a, b, a.form - shift * np.eye(len(a.form)), q, "N", "T")


def adjoint_lyapunov(a: Schur, q: Floats) -> Floats:
    """X (n, n) of A^T X + X A + Q = 0."""
    return _solve(a, a, a.form, q, "T", "N")


def _solve(a: Schur, b: Schur, form: Floats, q: Floats, left: str, right: str) -> Floats:
    x, scale, _ = dtrsyl(form, b.form, -(a.basis.T @ q @ b.basis), trana=left, tranb=right)
    found: Floats = a.basis @ x @ b.basis.T / scale
    return found
