"""Laws, and a model, of the tests of events."""

import microdomain as md
from mechanisms import maths
from tests.reference import closed


@md.rate_law(x="1", level="1", returns="1")
def reached(x, level):
    return maths.where(x >= level, 1.0, 0.0)


@md.rate_law(x="1", level="1", returns="1")
def above(x, level):
    return x - level


@md.rate_law(time="s", start="s", returns="1")
def after(time, start):
    return maths.where(time > start, 1.0, 0.0)


@md.rate_law(h="1", rate="1/s", returns="1/s")
def decay(h, rate):
    return -rate * h


@md.rate_law(x="1", y="1", returns="1")
def difference(x, y):
    return x - y


@md.rate_law(time="s", start="s", returns="1")
def from_then_on(time, start):
    return maths.where(time >= start, 1.0, 0.0)


@md.rate_law(time="s", start="s", end="s", returns="1")
def between(time, start, end):
    return maths.where(time >= start, 1.0, 0.0) * maths.where(time < end, 1.0, 0.0)


@md.rate_law(x="1", returns="1")
def successor(x):
    return x + 1


@md.rate_law(x="1", unit="ms", returns="ms")
def so_many(x, unit):
    return 1000 * x * unit


@md.rate_law(x="1", returns="1")
def minus(x):
    return -x


@md.rate_law(x="1", y="1", returns="1")
def product(x, y):
    return x * y


@md.rate_law(a="uM", b="uM", returns="uM")
def total(a, b):
    return a + b


@md.rate_law(rate="1/s", returns="1/s")
def steady(rate):
    return rate


@md.rate_law(slope="1", returns="1")
def slowly(slope):
    return slope


def still(**variables: float) -> md.Model:
    """Variables that events alone change, beside a species that nothing changes."""
    model = closed("still", {"A": 7}, ("A -> 0", 0.0))
    for name, start in variables.items():
        model.variable(name, start, "1")
    return model
