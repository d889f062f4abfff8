"""Calls through the address of compiled code, so that the loops need not be compiled again for other laws.

Arrays are handed over as pointers to their first element. Passing a compiled function as an argument would make numba
miss its cache at every run; an address is a plain number.
"""

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic


def _calling(result):
    @intrinsic
    def call(context, address, arguments):
        def build(target, builder, signature, values):
            given = []
            for kind, value in zip(arguments, cgutils.unpack_tuple(builder, values[1]), strict=True):
                is_array = isinstance(kind, types.Array)
                given.append(target.make_array(kind)(target, builder, value).data if is_array else value)
            function = ir.FunctionType(target.get_value_type(result), [value.type for value in given])
            return builder.call(builder.inttoptr(values[0], function.as_pointer()), given)

        return result(types.int64, arguments), build

    return call


call_float = _calling(types.float64)
"""call_float(address, (arguments, ...)): the float64 that the code at ``address`` returns."""
call_int = _calling(types.int64)
"""call_int(address, (arguments, ...)): the int64 that the code at ``address`` returns."""


def _unowned(target, builder, kind, value):
    if isinstance(kind, types.Array):
        array = target.make_array(kind)(target, builder, value)
        array.meminfo = cgutils.get_null_value(array.meminfo.type)
        return array._getvalue()
    if isinstance(kind, types.BaseTuple):
        values = cgutils.unpack_tuple(builder, value)
        parts = [_unowned(target, builder, of, part) for of, part in zip(kind, values, strict=True)]
        return target.make_tuple(builder, kind, parts)
    return value


@intrinsic
def borrowed(context, arrays):
    """borrowed(arrays): the same array, or tuple of arrays, without an owner.

    numba counts references of arrays that have one, atomically, wherever a tuple is taken apart: that took a third of
    the time of an integration step. Whoever called must keep the arrays.
    """

    def build(target, builder, signature, values):
        return _unowned(target, builder, arrays, values[0])

    return arrays(arrays), build


def _pointer(target, builder, kind, value):
    if isinstance(kind, types.Array):
        return target.make_array(kind)(target, builder, value).data
    if isinstance(kind, types.BaseTuple):
        values = cgutils.unpack_tuple(builder, value)
        parts = [_pointer(target, builder, of, part) for of, part in zip(kind, values, strict=True)]
        return target.make_tuple(builder, _as_pointers(kind), parts)
    return value


def _as_pointers(kind):
    if isinstance(kind, types.Array):
        return types.CPointer(kind.dtype)
    if isinstance(kind, types.NamedTuple):
        return types.NamedTuple(list(map(_as_pointers, kind.types)), kind.instance_class)
    return types.Tuple(list(map(_as_pointers, kind))) if isinstance(kind, types.BaseTuple) else kind


@intrinsic
def pointers(context, arrays):
    """pointers(arrays): of contiguous arrays, in a tuple, the addresses of their first elements, to be indexed.

    Beyond ``borrowed``: functions that hand them on do not even ask whether there is an owner, which took nine tenths
    of the time of a step of small networks. Whoever called must keep the arrays.
    """

    def build(target, builder, signature, values):
        return _pointer(target, builder, arrays, values[0])

    return _as_pointers(arrays)(arrays), build
