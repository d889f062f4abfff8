"""What ``engines/loops/rosenbrock.py`` asks of a network, as straight code."""

from __future__ import annotations

from typing import Any

from llvmlite import ir

from engines.flow_tables import FlowTables
from engines.loops.rodas5p import GAMMA, STAGES, A, C, E
from engines.sparse_pattern import Elimination
from engines.straight_line.arithmetic import FLOAT, FLOATS, INTEGER, INTEGERS, Arithmetic, number
from engines.straight_line.elimination import factorise, solve
from engines.straight_line.rates import Point

WIDTH = 4
"""Numbers that are handled together where they stand side by side."""
INLINED = 64
"""Reactions and entries of the factors up to which stages are written out eight times."""
LINE = 64
"""Bytes of a line of the cache."""
EXPORTED = ("slope", "jacobian", "attempt", "complete")
SHARED = ("y", "plan", "weights", "scale")


def module(tables: FlowTables, elimination: Elimination) -> ir.Module:
    """The functions of ``EXPORTED``."""
    made = ir.Module("straight_line")
    return _Writer(made, tables, elimination).written()


class _Writer:
    def __init__(self, made: ir.Module, tables: FlowTables, elimination: Elimination) -> None:
        self.module, self.tables, self.elimination = made, tables, elimination
        self.n = len(tables.network.species)
        whole, rest = divmod(self.n, WIDTH)
        widths = [WIDTH] * whole + [width for width in (2, 1) if rest & width]
        self.chunks = [(sum(widths[:i]), width) for i, width in enumerate(widths)]

    def written(self) -> ir.Module:
        slope = self.slope()
        self.jacobian()
        self.complete()
        self.attempt(slope, self.factors(), self.solution())
        return self.module

    def function(self, name: str, result: Any, *arguments: tuple[str, Any]) -> tuple[Any, Arithmetic, dict[str, Any]]:
        pointers = [(name, INTEGERS if name == "plan" else FLOATS) for name in SHARED]
        taken = [*(pointers if name in EXPORTED else []), *arguments]
        made = ir.Function(self.module, ir.FunctionType(result, [kind for _, kind in taken]), name)
        if name not in EXPORTED:
            made.linkage = "internal"
        if name != "attempt" and len(self.tables.network.reactions) + len(self.elimination.indices) <= INLINED:
            made.attributes.add("alwaysinline")
        for argument in made.args:
            if isinstance(argument.type, ir.PointerType):
                argument.add_attribute("noalias")
        given = dict(zip((name for name, _ in taken), made.args, strict=True))
        return made, Arithmetic(ir.IRBuilder(made.append_basic_block())), given

    def loaded(self, do: Arithmetic, pointer: Any) -> list[Any]:
        return [do.load(pointer, i) for i in range(self.n)]

    def jacobian(self) -> None:
        """jacobian(y, ..., values): the derivatives of the drift."""
        _, do, given = self.function("jacobian", INTEGER, ("values", FLOATS))
        point = Point(do, self.tables, self.loaded(do, given["y"]), given)
        for e, value in enumerate(point.jacobian()):
            do.store(value, given["values"], e)
        do.builder.ret(ir.Constant(INTEGER, 0))

    def slope(self) -> Any:
        """slope(y, ..., species, out): the drift of these species, with the rest of y."""
        made, do, given = self.function("slope", INTEGER, ("species", FLOATS), ("out", FLOATS))
        point = Point(do, self.tables, self.loaded(do, given["species"]), given)
        self.store_chunks(do, self.packed(do, point.drift()), given["out"])
        do.builder.ret(ir.Constant(INTEGER, 0))
        return made

    def complete(self) -> None:
        """complete(y, ...): conducting complexes and quantities, in place."""
        _, do, given = self.function("complete", INTEGER)
        network = self.tables.network
        point = Point(do, self.tables, self.loaded(do, given["y"]), given)
        for slot in range(self.n, network.first_input):
            do.store(point.slot(slot), given["y"], slot)
        do.builder.ret(ir.Constant(INTEGER, 0))

    def factors(self) -> Any:
        """Factorise W = shift I - J."""
        made, do, given = self.function("factors", INTEGER, ("values", FLOATS), ("shift", FLOAT), ("lu", FLOATS))
        values = [do.load(given["values"], e) for e in range(len(self.tables.indices))]
        lu, failed = factorise(do, values, given["shift"], self.elimination)
        for e, value in enumerate(lu):
            do.store(value, given["lu"], e)
        do.builder.ret(failed)
        return made

    def solution(self) -> Any:
        """Solve W x = right in place."""
        made, do, given = self.function("solution", INTEGER, ("lu", FLOATS), ("x", FLOATS))
        lu = [do.load(given["lu"], e) for e in range(len(self.elimination.indices))]
        x = solve(do, lu, self.loaded(do, given["x"]), self.elimination)
        self.store_chunks(do, self.packed(do, x), given["x"])
        do.builder.ret(ir.Constant(INTEGER, 0))
        return made

    def attempt(self, slope: Any, factors: Any, solution: Any) -> None:
        """attempt(y, ..., h, values, lu, estimate, trial, stages): a step of Rodas5P, see the loops."""
        arguments = [(name, FLOATS) for name in ("values", "lu", "estimate", "trial", "stages")]
        made, do, given = self.function("attempt", INTEGER, ("h", FLOAT), *arguments)
        build, shared = do.builder, [given[name] for name in SHARED]
        state, right = self.buffer(do), self.buffer(do)
        per_step = do.divide(number(1.0), given["h"])
        failed = build.call(factors, [given["values"], do.multiply(per_step, number(1.0 / GAMMA)), given["lu"]])
        going, given_up = made.append_basic_block(), made.append_basic_block()
        build.cbranch(build.icmp_signed("<", failed, ir.Constant(INTEGER, 0)), going, given_up)
        build.position_at_end(given_up)
        build.ret(failed)
        build.position_at_end(going)
        before = self.chunks_of(do, given["y"])
        stages: list[list[Any]] = []
        for s in range(STAGES):
            now = self.weighted(do, before, A[s, :s], stages)
            self.store_chunks(do, now, state)
            build.call(slope, [*shared, state, right])
            if s > 0:
                total = [
                    do.add(found, do.multiply(value, self.splat(do, per_step, width)))
                    for found, value, (_, width) in zip(
                        self.chunks_of(do, right), self.weighted(do, None, C[s, :s], stages), self.chunks, strict=True
                    )
                ]
                self.store_chunks(do, total, right)
            build.call(solution, [given["lu"], right])
            stages.append(self.chunks_of(do, right))
            self.store_chunks(do, stages[-1], build.gep(given["stages"], [ir.Constant(INTEGER, s * self.n)]))
        after = [do.add(a, b) for a, b in zip(now, stages[-1], strict=True)]
        self.store_chunks(do, after, given["trial"])
        self.store_chunks(do, self.weighted(do, None, E, stages), given["estimate"])
        build.ret(ir.Constant(INTEGER, -1))

    # -- numbers side by side ------------------------------------------------------------------------------------------

    def weighted(self, do: Arithmetic, start: list[Any] | None, weights: Any, stages: list[list[Any]]) -> list[Any]:
        """start + sum of weights[j] stages[j]."""
        totals = [None] * len(self.chunks) if start is None else list(start)
        for weight, stage in zip(weights.tolist(), stages, strict=True):
            if weight != 0.0:
                for i, (_, width) in enumerate(self.chunks):
                    part = do.multiply(stage[i], self.splat(do, number(weight), width))
                    totals[i] = part if totals[i] is None else do.add(totals[i], part)
        return totals

    def splat(self, do: Arithmetic, value: Any, width: int) -> Any:
        if width == 1:
            return value
        kind = ir.VectorType(FLOAT, width)
        if isinstance(value, ir.Constant):
            return ir.Constant(kind, [value.constant] * width)
        result = ir.Constant(kind, ir.Undefined)
        for i in range(width):
            result = do.builder.insert_element(result, value, ir.Constant(ir.IntType(32), i))
        return result

    def packed(self, do: Arithmetic, values: list[Any]) -> list[Any]:
        found = []
        for first, width in self.chunks:
            value = values[first]
            if width > 1:
                value = ir.Constant(ir.VectorType(FLOAT, width), ir.Undefined)
                for i in range(width):
                    value = do.builder.insert_element(value, values[first + i], ir.Constant(ir.IntType(32), i))
            found.append(value)
        return found

    def place(self, do: Arithmetic, pointer: Any, at: tuple[int, int]) -> Any:
        first, width = at
        found = do.builder.gep(pointer, [ir.Constant(INTEGER, first)])
        return found if width == 1 else do.builder.bitcast(found, ir.VectorType(FLOAT, width).as_pointer())

    def buffer(self, do: Arithmetic) -> Any:
        """Room for n numbers, from the beginning of a line of the cache."""
        found = do.builder.alloca(FLOAT, self.n)
        found.align = LINE
        return found

    def chunks_of(self, do: Arithmetic, pointer: Any) -> list[Any]:
        return [do.builder.load(self.place(do, pointer, at), align=8) for at in self.chunks]

    def store_chunks(self, do: Arithmetic, values: list[Any], pointer: Any) -> None:
        for value, at in zip(values, self.chunks, strict=True):
            do.builder.store(value, self.place(do, pointer, at), align=8)
