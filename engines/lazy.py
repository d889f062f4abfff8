"""Concentrations that are computed when they are first looked at: most that are recorded never are."""

from __future__ import annotations

from typing import Any

from xarray import Variable
from xarray.backends import BackendArray
from xarray.core import indexing

from mechanisms.network import Floats


class _Concentration(BackendArray):
    def __init__(self, counts: Floats, omega: Floats) -> None:
        self.counts, self.omega = counts, omega
        self.shape, self.dtype = counts.shape, counts.dtype

    def __getitem__(self, key: Any) -> Any:
        basic = indexing.IndexingSupport.BASIC
        return indexing.explicit_indexing_adapter(key, self.shape, basic, self._part)

    def _part(self, key: tuple[Any, ...]) -> Any:
        return self.counts[key] / self.omega[key[-1]]


def concentration(axes: tuple[str, ...], counts: Floats, omega: Floats, about: dict[str, str]) -> Variable:
    """The variable counts / omega, its last axis the species; computed when read, and then kept."""
    lazy = indexing.LazilyIndexedArray(_Concentration(counts, omega))
    return Variable(axes, indexing.MemoryCachedArray(lazy), about)  # type: ignore[no-untyped-call]
