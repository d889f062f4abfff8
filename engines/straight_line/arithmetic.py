"""Values of LLVM, and lines of Python carried out on them: laws, and their derivatives, as they are recorded."""

from __future__ import annotations

import ast
import math
from functools import lru_cache
from typing import Any

from llvmlite import ir

FLOAT, INTEGER = ir.DoubleType(), ir.IntType(64)
FLOATS, INTEGERS = FLOAT.as_pointer(), INTEGER.as_pointer()
FUSED = ("contract",)
"""A product and a sum may be rounded once; all else keeps to IEEE 754."""

MACHINE = {"sqrt": "llvm.sqrt.f64", "floor": "llvm.floor.f64", "ceil": "llvm.ceil.f64", "abs": "llvm.fabs.f64"}
LIBRARY = {
    **{name: name for name in ("exp", "expm1", "log", "log1p", "sin", "cos", "tan", "asin", "acos", "atan", "sinh")},
    **{name: name for name in ("cosh", "tanh", "asinh", "acosh", "atanh", "lgamma", "erf", "erfc")},
    "gamma": "tgamma",
}
"""What a law may call, and what it is called in the C library."""
COMPARISONS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "=="}


def number(value: float) -> Any:
    """A constant."""
    return ir.Constant(FLOAT, float(value))


class Arithmetic:
    """Operations on numbers in one place of the code."""

    def __init__(self, builder: ir.IRBuilder) -> None:
        self.builder = builder

    def add(self, a: Any, b: Any) -> Any:
        return self.builder.fadd(a, b, flags=FUSED)

    def subtract(self, a: Any, b: Any) -> Any:
        return self.builder.fsub(a, b, flags=FUSED)

    def multiply(self, a: Any, b: Any) -> Any:
        return self.builder.fmul(a, b, flags=FUSED)

    def divide(self, a: Any, b: Any) -> Any:
        return self.builder.fdiv(a, b)

    def add_to(self, total: Any, weight: float, value: Any) -> Any:
        """total + weight value; a total of None is 0."""
        if abs(weight) != 1.0:
            value, weight = self.multiply(number(weight), value), 1.0
        if total is None:
            return value if weight > 0 else self.builder.fneg(value)
        return self.add(total, value) if weight > 0 else self.subtract(total, value)

    def power(self, base: Any, exponent: int) -> Any:
        """A whole power by products."""
        if exponent < 0:
            return self.divide(number(1.0), self.power(base, -exponent))
        result = None
        while exponent:
            if exponent & 1:
                result = base if result is None else self.multiply(result, base)
            exponent >>= 1
            base = self.multiply(base, base) if exponent else base
        return number(1.0) if result is None else result

    def call(self, name: str, *values: Any) -> Any:
        """A function of numbers, of the processor or of the C library."""
        module = self.builder.module
        function = module.globals.get(name)
        if function is None:
            function = ir.Function(module, ir.FunctionType(FLOAT, [FLOAT] * len(values)), name)
            function.attributes.add("nounwind")
            function.attributes.add("readnone")
        return self.builder.call(function, values)

    def without_pole(self, slope: Any, value: Any) -> Any:
        """The same, or 0 where it is infinite or no number and the value is finite, as the slope of sqrt(x) at 0."""
        keeps = self.builder.or_(self.is_finite(slope), self.builder.not_(self.is_finite(value)))
        return self.builder.select(keeps, slope, number(0.0))

    def is_finite(self, x: Any) -> Any:
        return self.builder.fcmp_ordered("<", self.call("llvm.fabs.f64", x), number(math.inf))

    def floor_of_quotient(self, a: Any, b: Any) -> Any:
        """a // b, which is exact where the rounded quotient is not: (a - (a mod b)) / b, to the nearest integer."""
        build, zero = self.builder, number(0.0)
        rest = build.frem(a, b)
        crossed = build.and_(
            build.fcmp_unordered("!=", rest, zero),
            build.xor(build.fcmp_ordered("<", rest, zero), build.fcmp_ordered("<", b, zero)),
        )
        whole = self.divide(build.fsub(a, rest), b)
        whole = build.select(crossed, build.fsub(whole, number(1.0)), whole)
        return self.call("llvm.rint.f64", whole)

    def load(self, pointer: Any, place: int) -> Any:
        """pointer[place]"""
        return self.builder.load(self.builder.gep(pointer, [ir.Constant(INTEGER, place)]))

    def store(self, value: Any, pointer: Any, place: int) -> None:
        """pointer[place] = value"""
        self.builder.store(value, self.builder.gep(pointer, [ir.Constant(INTEGER, place)]))


@lru_cache(maxsize=1024)
def parsed(text: str) -> list[ast.stmt]:
    """The statements of a text."""
    return ast.parse(text).body


class Lines:
    """Carries out statements: assignments, ``partial[i] = ...``, if and else, and return."""

    def __init__(self, arithmetic: Arithmetic, names: dict[str, Any]) -> None:
        self.arithmetic, self.builder, self.names = arithmetic, arithmetic.builder, names
        self.partial: dict[int, Any] = {}
        self.result: Any = None

    def run(self, statements: list[ast.stmt]) -> None:
        """Both branches of an if are computed, and one is taken: no operation on numbers has another effect."""
        for statement in statements:
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    self.names[name] = self.value(value)
                case ast.Assign(targets=[ast.Subscript(slice=ast.Constant(value=int(place)))], value=value):
                    self.partial[place] = self.number(value)
                case ast.Return(value=ast.expr() as value):
                    self.result = self.number(value)
                case ast.If(test=test, body=then, orelse=otherwise):
                    self.branch(self.truth(test), then, otherwise)
                case _:
                    raise NotImplementedError(ast.unparse(statement))

    def branch(self, condition: Any, then: list[ast.stmt], otherwise: list[ast.stmt]) -> None:
        before = dict(self.names)
        self.run(then)
        first, self.names = self.names, dict(before)
        self.run(otherwise)
        for name in first.keys() & self.names.keys():
            if first[name] is not self.names[name]:
                self.names[name] = self.select(condition, first[name], self.names[name])

    def select(self, condition: Any, a: Any, b: Any) -> Any:
        if a.type != b.type:
            a, b = self.as_number(a), self.as_number(b)
        return self.builder.select(condition, a, b)

    def number(self, node: ast.expr) -> Any:
        return self.as_number(self.value(node))

    def as_number(self, value: Any) -> Any:
        return value if value.type == FLOAT else self.builder.uitofp(value, FLOAT)

    def truth(self, node: ast.expr) -> Any:
        value = self.value(node)
        return self.builder.fcmp_unordered("!=", value, number(0.0)) if value.type == FLOAT else value

    def value(self, node: ast.expr) -> Any:
        """The value of an expression, a number or a truth."""
        build = self.builder
        match node:
            case ast.Constant(value=bool(truth)):
                return ir.Constant(ir.IntType(1), int(truth))
            case ast.Constant(value=int() | float() as found):
                return number(found)
            case ast.Name(id=name):
                return self.names[name]
            case ast.Attribute(attr=name):  # math.inf, math.pi ...
                return number(getattr(math, name))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return build.fneg(self.number(operand))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return build.not_(self.truth(operand))
            case ast.BoolOp(op=operator, values=values):
                join = build.and_ if isinstance(operator, ast.And) else build.or_
                result = self.truth(values[0])
                for value in values[1:]:
                    result = join(result, self.truth(value))
                return result
            case ast.Compare(left=left, ops=[ast.NotEq()], comparators=[right]):
                return build.fcmp_unordered("!=", self.number(left), self.number(right))
            case ast.Compare(left=left, ops=[operator], comparators=[right]):
                return build.fcmp_ordered(COMPARISONS[type(operator)], self.number(left), self.number(right))
            case ast.IfExp(test=test, body=then, orelse=otherwise):
                return self.select(self.truth(test), self.value(then), self.value(otherwise))
            case ast.BinOp(left=left, op=operator, right=right):
                return self.binary(left, operator, right)
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=arguments):
                return self.function(name, [self.number(argument) for argument in arguments])
        raise NotImplementedError(ast.unparse(node))

    def binary(self, left: ast.expr, operator: ast.operator, right: ast.expr) -> Any:
        a, do = self.number(left), self.arithmetic
        if isinstance(operator, ast.Pow):
            match right:
                case ast.Constant(value=int(exponent)):
                    return do.power(a, exponent)
                case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(exponent))):
                    return do.power(a, -exponent)
            return do.call("pow", a, self.number(right))
        b = self.number(right)
        match operator:
            case ast.Add():
                return do.add(a, b)
            case ast.Sub():
                return do.subtract(a, b)
            case ast.Mult():
                return do.multiply(a, b)
            case ast.Div():
                return do.divide(a, b)
            case ast.FloorDiv():
                return do.floor_of_quotient(a, b)
        raise NotImplementedError(ast.dump(operator))

    def function(self, name: str, values: list[Any]) -> Any:
        if name == "copysign":
            return self.arithmetic.call("llvm.copysign.f64", *values)
        return self.arithmetic.call(MACHINE.get(name) or LIBRARY[name], *values)
