"""Sparse LU factorisation of one pattern as straight code; what it does is that of ``engines/loops/sparse_lu.py``."""

from __future__ import annotations

from typing import Any

from llvmlite import ir

from engines.sparse_pattern import Elimination
from engines.straight_line.arithmetic import INTEGER, Arithmetic, number

INFINITY = number(float("inf"))


def operations(tables: Elimination) -> int:
    """Products and sums of one factorisation."""
    behind = (tables.indptr[1:] - tables.pivot - 1).tolist()
    return sum(
        behind[j]
        for k, (start, pivot) in enumerate(zip(tables.indptr, tables.pivot, strict=False))
        for j in tables.column[start:pivot].tolist()
    )


def factorise(do: Arithmetic, values: list[Any], shift: Any, tables: Elimination) -> tuple[list[Any], Any]:
    """The factors of shift I - A, laid out as in ``tables``, and -1 or the unknown whose pivot is zero or not finite.

    values: the nonzeros of A. Rows of U are divided by their pivots, which leaves ``solve`` less to wait for.
    """
    columns, starts, pivots = tables.column.tolist(), tables.indptr.tolist(), tables.pivot.tolist()
    lu: list[Any] = [number(0.0)] * starts[-1]
    filled = set()
    for entry, value in zip(tables.entry.tolist(), values, strict=True):
        lu[entry] = do.builder.fneg(value)
        filled.add(entry)
    for pivot in pivots:
        lu[pivot] = do.add(lu[pivot], shift) if pivot in filled else shift
        filled.add(pivot)
    failed = ir.Constant(INTEGER, -1)
    for k in range(len(pivots)):
        row = {columns[e]: lu[e] for e in range(starts[k], starts[k + 1]) if e in filled}
        for e in range(starts[k], pivots[k]):
            j = columns[e]
            lu[e] = do.multiply(row[j], lu[pivots[j]])
            for u in range(pivots[j] + 1, starts[j + 1]):
                held, change = row.get(columns[u]), do.multiply(row[j], lu[u])
                row[columns[u]] = do.builder.fneg(change) if held is None else do.subtract(held, change)
        pivot = row[k]
        finite = do.builder.fcmp_ordered("<", do.call("llvm.fabs.f64", pivot), INFINITY)
        usable = do.builder.and_(finite, do.builder.fcmp_ordered("!=", pivot, number(0.0)))
        first = do.builder.icmp_signed("==", failed, ir.Constant(INTEGER, -1))
        spoilt = do.builder.and_(first, do.builder.not_(usable))
        failed = do.builder.select(spoilt, ir.Constant(INTEGER, int(tables.order[k])), failed)
        lu[pivots[k]] = do.divide(number(1.0), pivot)
        for e in range(pivots[k] + 1, starts[k + 1]):
            lu[e] = do.multiply(row[columns[e]], lu[pivots[k]])
    return lu, failed


def solve(do: Arithmetic, lu: list[Any], right: list[Any], tables: Elimination) -> list[Any]:
    """The solution of L U x = right."""
    starts, pivots, unknowns = tables.indptr.tolist(), tables.pivot.tolist(), tables.indices.tolist()
    order, x = tables.order.tolist(), list(right)
    for k, i in enumerate(order):
        for e in range(starts[k], pivots[k]):
            x[i] = do.subtract(x[i], do.multiply(lu[e], x[unknowns[e]]))
    for k in reversed(range(len(order))):
        i = order[k]
        x[i] = do.multiply(x[i], lu[pivots[k]])
        for e in reversed(range(pivots[k] + 1, starts[k + 1])):  # those that are known first
            x[i] = do.subtract(x[i], do.multiply(lu[e], x[unknowns[e]]))
    return x
