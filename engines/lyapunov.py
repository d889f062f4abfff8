"""Linear equations for a covariance, by one Schur form of the drift."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.linalg import schur
from scipy.linalg.lapack import dtrsyl

from mechanisms.network import Floats


class Lyapunov:
    """A X + X A^T + Q = 0 for many Q, A (n, n) being factorised once.

    Bartels RH, Stewart GW (1972) Solution of the matrix equation AX + XB = C. Communications of the ACM 15, 820-826.
    """

    def __init__(self, drift: Any) -> None:
        self.form, self.basis = schur(drift)

    def solve(self, q: Floats, shift: float = 0.0) -> Floats:
        """X (n, n) of (A - shift) X + X (A - shift)^T + Q = 0."""
        return self._solve(q, shift, "N", "T")

    def solve_adjoint(self, q: Floats) -> Floats:
        """X (n, n) of A^T X + X A + Q = 0."""
        return self._solve(q, 0.0, "T", "N")

    def _solve(self, q: Floats, shift: float, left: str, right: str) -> Floats:
        form = self.form - shift * np.eye(len(self.form))
        x, scale, _ = dtrsyl(form, form, -(self.basis.T @ q @ self.basis), trana=left, tranb=right)
        found: Floats = self.basis @ x @ self.basis.T / scale
        return found
