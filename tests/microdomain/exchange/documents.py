"""Small SBML documents, written from formulas."""

import re
from typing import Any

import libsbml

CORE = "http://www.sbml.org/sbml/level3/version2/core"


def math(formula: str) -> str:
    """MathML of a formula."""
    tree = libsbml.parseL3Formula(formula)
    assert tree is not None, libsbml.getLastParseL3Error()
    return libsbml.writeMathMLToString(tree).partition("?>")[2]


def document(*parts: str, **attributes: Any) -> str:
    """A document of Level 3 Version 2; attributes: of the model, such as substanceUnits."""
    given = "".join(f' {name}="{value}"' for name, value in attributes.items())
    lists: dict[str, list[str]] = {}
    for part in parts:
        lists.setdefault(_LISTS[re.match(r"<(\w+)", part)[1]], []).append(part)
    order = list(dict.fromkeys(_LISTS.values()))
    body = "".join(f"<{name}>{''.join(lists[name])}</{name}>" for name in order if name in lists)
    return f'<?xml version="1.0"?><sbml xmlns="{CORE}" level="3" version="2"><model id="m"{given}>{body}</model></sbml>'


_LISTS = {
    "functionDefinition": "listOfFunctionDefinitions",
    "unitDefinition": "listOfUnitDefinitions",
    "compartment": "listOfCompartments",
    "species": "listOfSpecies",
    "parameter": "listOfParameters",
    "initialAssignment": "listOfInitialAssignments",
    "assignmentRule": "listOfRules",
    "rateRule": "listOfRules",
    "algebraicRule": "listOfRules",
    "constraint": "listOfConstraints",
    "reaction": "listOfReactions",
    "event": "listOfEvents",
}


def compartment(name: str = "c", size: float | None = 1.0, constant: bool = True, **more: Any) -> str:
    given = {"spatialDimensions": 3, "constant": str(constant).lower(), **more}
    return f"<compartment {_attributes(id=name, size=size, **given)}/>"


def species(
    name: str, amount: float | None = None, concentration: float | None = None, in_amounts: bool = True, **more: Any
) -> str:
    given = {"compartment": "c", "boundaryCondition": "false", "constant": "false", **more}
    values = {"initialAmount": amount, "initialConcentration": concentration}
    return f"<species {_attributes(id=name, hasOnlySubstanceUnits=str(in_amounts).lower(), **values, **given)}/>"


def parameter(name: str, value: float | None = None, constant: bool = True) -> str:
    return f"<parameter {_attributes(id=name, value=value, constant=str(constant).lower())}/>"


def reaction(
    name: str, left: dict[str, Any], right: dict[str, Any], law: str, reversible: bool = False, **local: float
) -> str:
    """Sides by species and stoichiometry; local: parameters of the kinetic law."""
    sides = ""
    for tag, side in (("listOfReactants", left), ("listOfProducts", right)):
        terms = "".join(
            f'<speciesReference species="{s}" stoichiometry="{n}" constant="true"/>' for s, n in side.items()
        )
        sides += f"<{tag}>{terms}</{tag}>" if side else ""
    own = "".join(f'<localParameter id="{key}" value="{value}"/>' for key, value in local.items())
    own = f"<listOfLocalParameters>{own}</listOfLocalParameters>" if own else ""
    law = f"<kineticLaw>{math(law)}{own}</kineticLaw>"
    return f'<reaction id="{name}" reversible="{str(reversible).lower()}">{sides}{law}</reaction>'


def rule(kind: str, variable: str, formula: str) -> str:
    return f'<{kind}Rule variable="{variable}">{math(formula)}</{kind}Rule>'


def algebraic(formula: str) -> str:
    return f"<algebraicRule>{math(formula)}</algebraicRule>"


def assignment(symbol: str, formula: str) -> str:
    return f'<initialAssignment symbol="{symbol}">{math(formula)}</initialAssignment>'


def function(name: str, formula: str) -> str:
    return f'<functionDefinition id="{name}">{math(formula)}</functionDefinition>'


def unit(name: str, *factors: str) -> str:
    return f'<unitDefinition id="{name}"><listOfUnits>{"".join(factors)}</listOfUnits></unitDefinition>'


def factor(kind: str, exponent: float = 1, scale: int = 0, multiplier: float = 1.0) -> str:
    return f"<unit {_attributes(kind=kind, exponent=exponent, scale=scale, multiplier=multiplier)}/>"


def event(name: str, trigger: str, sets: dict[str, str], at_start: bool = False, persistent: bool = True) -> str:
    given = _attributes(initialValue=str(not at_start).lower(), persistent=str(persistent).lower())
    listed = "".join(f'<eventAssignment variable="{v}">{math(f)}</eventAssignment>' for v, f in sets.items())
    return (
        f'<event id="{name}" useValuesFromTriggerTime="true"><trigger {given}>{math(trigger)}</trigger>'
        f"<listOfEventAssignments>{listed}</listOfEventAssignments></event>"
    )


def _attributes(**values: Any) -> str:
    return " ".join(f'{name}="{value}"' for name, value in values.items() if value is not None)
