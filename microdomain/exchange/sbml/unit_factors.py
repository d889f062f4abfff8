"""The units of a document: what one of each is in molecules, fL, um^2 and s."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from mechanisms.faults import Fault
from mechanisms.units import AVOGADRO, MOLECULES_PER_UM_FL

PLAIN = {"substance": 1.0, "volume": 1.0 / MOLECULES_PER_UM_FL, "area": 1.0, "length": 1.0, "time": 1.0}
"""What numbers without a unit are counted in: molecules, volumes in which 1 uM is one molecule, um^2, um and s."""
_WANTED = {
    "substance": {"mole": AVOGADRO, "item": 1.0},
    "volume": {"metre^3": 1e18},
    "area": {"metre^2": 1e12},
    "length": {"metre": 1e6},
    "time": {"second": 1.0},
}
_DEFAULTS = {"substance": "mole", "volume": "litre", "area": "metre^2", "length": "metre", "time": "second"}
"""The built-in units of Levels 1 and 2."""


class Units:
    """Reads the units of one document; those that are of another dimension are faults."""

    def __init__(self, model: Any, faults: list[Fault]) -> None:
        self.model, self.faults = model, faults
        self.built_in = model.getLevel() < 3

    def factor(self, where: str, unit: str, measured: str) -> float:
        """How much of ours (molecules, fL, um^2, um, s) one ``unit`` of substance, volume, area, length or time is."""
        if not unit:
            return self.default(measured) if self.built_in else PLAIN[measured]
        if self.built_in and unit == measured and self.model.getUnitDefinition(unit) is None:
            return self.default(measured)
        reduced = self._reduced(where, unit)
        if reduced is None:
            return PLAIN[measured]
        size, dimension = reduced
        if not dimension:
            size, dimension = size * PLAIN[measured], "dimensionless"
        wanted = {**_WANTED[measured], "dimensionless": 1.0}
        if dimension not in wanted and measured == "substance":
            return PLAIN[measured]
        if dimension not in wanted:
            allowed = f"a unit of {measured}"
            self.faults.append(Fault(where, f"the unit '{unit}', which measures {dimension}", allowed))
            return PLAIN[measured]
        found = size * wanted[dimension]
        if not 0.0 < found < math.inf:
            self.faults.append(Fault(where, f"the unit '{unit}', of {size:g} {dimension}", "a size that is a number"))
            return PLAIN[measured]
        return rounded(found)

    def no_amount(self, unit: str) -> str:
        """Why a unit of substance counts no molecules, or ""; without a unit it is the document's."""
        given = unit or ("substance" if self.built_in else self.model.getSubstanceUnits())
        if given == "substance" and self.built_in and self.model.getUnitDefinition(given) is None:
            return ""
        _, dimension = (self._reduced("model", given) if given else None) or (1.0, "")
        return "" if dimension in ("", *_WANTED["substance"]) else f"an amount in {given}, which measures {dimension}"

    def measures(self, unit: str, measured: str) -> bool:
        """Whether a unit is one of volume, area, ..."""
        own = unit == measured and self.built_in
        reduced = None if own or not unit else self._reduced("model", unit)
        return own or (reduced is not None and reduced[1] in _WANTED[measured])

    def default(self, measured: str) -> float:
        """What the document says of a quantity for all: a redefined built-in unit, or an attribute of the model."""
        if self.model.getUnitDefinition(measured) is not None and self.built_in:
            return self.factor(f"unit '{measured}'", measured, measured)
        if self.built_in:
            return (
                _WANTED["volume"]["metre^3"] * 1e-3 if measured == "volume" else _WANTED[measured][_DEFAULTS[measured]]
            )
        return self.factor("model", getattr(self.model, f"get{measured.capitalize()}Units")(), measured)

    def _reduced(self, where: str, unit: str) -> tuple[float, str] | None:
        """A unit as a number of SI units, and their text: "mole", "metre^3", "" for a pure number."""
        import libsbml

        definition = self.model.getUnitDefinition(unit)
        if definition is None:
            kind = libsbml.UnitKind_forName(unit)
            if kind == libsbml.UNIT_KIND_INVALID:
                self.faults.append(Fault(where, f"the unit '{unit}'", "a unit that the document defines"))
                return None
            units = [(unit, 1.0, 0, 1.0)]
        else:
            listed = [definition.getUnit(i) for i in range(definition.getNumUnits())]
            if any(u.getLevel() == 2 and u.getVersion() == 1 and u.getOffset() != 0 for u in listed):
                self.faults.append(Fault(f"unit '{unit}'", "an offset", "a unit that is a multiple of another"))
            units = [
                (libsbml.UnitKind_toString(u.getKind()), u.getMultiplier(), u.getScale(), u.getExponentAsDouble())
                for u in listed
            ]
        size, powers = 1.0, dict[str, float]()
        for kind_name, multiplier, scale, exponent in units:
            base, bases = _SI.get(kind_name, (1.0, {kind_name: 1.0}))
            with np.errstate(all="ignore"):
                size *= float((np.float64(10.0) ** scale * multiplier * base) ** exponent)
            for name, power in bases.items():
                powers[name] = powers.get(name, 0.0) + power * exponent
        text = " ".join(name if p == 1 else f"{name}^{p:g}" for name, p in sorted(powers.items()) if p)
        return size, text


def rounded(factor: float) -> float:
    """A factor that is a power of ten but for rounding is that."""
    nearest = float(f"1e{round(math.log10(factor))}") if 0 < factor < math.inf else factor
    return nearest if abs(factor - nearest) < 1e-12 * nearest else factor


_SI: dict[str, tuple[float, dict[str, float]]] = {
    "dimensionless": (1.0, {}),
    "avogadro": (AVOGADRO, {}),
    "radian": (1.0, {}),
    "steradian": (1.0, {}),
    "litre": (1e-3, {"metre": 3.0}),
    "liter": (1e-3, {"metre": 3.0}),
    "meter": (1.0, {"metre": 1.0}),
    "gram": (1e-3, {"kilogram": 1.0}),
    "hertz": (1.0, {"second": -1.0}),
    "becquerel": (1.0, {"second": -1.0}),
    "katal": (1.0, {"mole": 1.0, "second": -1.0}),
}
"""Units of substance, size and time in base units; others are of no use to a model's own units."""
