"""Sparse rows in blocks of ``WIDTH`` numbers side by side, each of which a processor handles at once.

``numbers`` and ``begin`` are addresses. Block b lies at numbers[blocks + WIDTH b] and stands for what is, in a row with
all its places, at numbers[row + begin[b]]. Fastest where all of these are multiples of WIDTH, and numbers[0] is at the
beginning of a line of the cache.
"""

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

WIDTH = 8
_VECTOR = ir.VectorType(ir.DoubleType(), WIDTH)
_PLACES = (types.int64, types.int64)


def _each(target, builder, signature, values):
    """A loop over blocks: yields the addresses of a block and of what it stands for."""
    numbers, blocks, row, begins, first, last = values[:6]
    with cgutils.for_range_slice(builder, first, last, ir.Constant(first.type, 1)) as (b, _):
        block = builder.add(blocks, builder.mul(b, ir.Constant(b.type, WIDTH)))
        place = builder.add(row, builder.load(builder.gep(begins, [b])))
        yield tuple(builder.bitcast(builder.gep(numbers, [at]), _VECTOR.as_pointer()) for at in (block, place))


def _copying(numbers, begin, back):
    """The signature and the code of a copy of blocks to their places in the row, or back."""

    def build(target, builder, signature, values):
        for block, place in _each(target, builder, signature, values):
            source, sink = (place, block) if back else (block, place)
            builder.store(builder.load(source, align=8), sink, align=8)
        return target.get_dummy_value()

    return types.void(numbers, *_PLACES, begin, *_PLACES), build


@intrinsic
def spread(context, numbers, blocks, row, begin, first, last):
    """Copy the blocks from ``first`` to ``last`` to their places in the row."""
    return _copying(numbers, begin, False)


@intrinsic
def gather(context, numbers, blocks, row, begin, first, last):
    """Copy them back."""
    return _copying(numbers, begin, True)


def _broadcast(builder, value):
    found = ir.Constant(_VECTOR, ir.Undefined)
    for i in range(WIDTH):
        found = builder.insert_element(found, value, ir.Constant(ir.IntType(32), i))
    return found


def _less(builder, numbers, factor, pointer):
    change = builder.fmul(builder.load(pointer, align=8), factor, flags=("contract",))
    return builder.fsub(numbers, change, flags=("contract",))


@intrinsic
def subtract(context, numbers, blocks, row, begin, first, last, factor):
    """Subtract ``factor`` times the blocks from their places in the row."""

    def build(target, builder, signature, values):
        factor = _broadcast(builder, values[6])
        for block, place in _each(target, builder, signature, values):
            builder.store(_less(builder, builder.load(place, align=8), factor, block), place, align=8)
        return target.get_dummy_value()

    return types.void(numbers, *_PLACES, begin, *_PLACES, types.float64), build


@intrinsic
def subtract_two(context, numbers, blocks, row, begin, first, last, factor, other, weight):
    """The same, and with it ``weight`` times the blocks from ``other`` on, which stand for the same places."""

    def build(target, builder, signature, values):
        factor, weight = _broadcast(builder, values[6]), _broadcast(builder, values[8])
        ahead = builder.sub(values[7], values[4])
        for block, place in _each(target, builder, signature, values):
            found = _less(builder, builder.load(place, align=8), factor, block)
            builder.store(_less(builder, found, weight, builder.gep(block, [ahead])), place, align=8)
        return target.get_dummy_value()

    return types.void(numbers, *_PLACES, begin, *_PLACES, types.float64, types.int64, types.float64), build


@intrinsic
def product(context, numbers, blocks, row, begin, first, last):
    """The scalar product of the blocks with their places in the row."""

    def build(target, builder, signature, values):
        total = cgutils.alloca_once_value(builder, ir.Constant(_VECTOR, [0.0] * WIDTH))
        for block, place in _each(target, builder, signature, values):
            term = builder.fmul(builder.load(block, align=8), builder.load(place, align=8), flags=("contract",))
            builder.store(builder.fadd(builder.load(total), term, flags=("contract",)), total)
        parts = [builder.extract_element(builder.load(total), ir.Constant(ir.IntType(32), i)) for i in range(WIDTH)]
        while len(parts) > 1:
            parts = [builder.fadd(a, b) for a, b in zip(parts[::2], parts[1::2], strict=True)]
        return parts[0]

    return types.float64(numbers, *_PLACES, begin, *_PLACES), build
