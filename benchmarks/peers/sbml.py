"""Cases as SBML, for the simulators that read it: counts in one compartment of size 1."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from benchmarks.peers.case import Case, Reaction, falling

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1">
<model substanceUnits="item" extentUnits="item">
<listOfCompartments><compartment id="cell" spatialDimensions="3" size="1" constant="true"/></listOfCompartments>
<listOfSpecies>"""
TAIL = "</listOfReactions></model></sbml>"


def sbml(case: Case, counted: bool) -> str:
    """The text of a case: written by hand, since libSBML takes 12 s for 40,000 reactions made one by one.

    counted: mass action as k n (n - 1), for who evaluates rates as they stand; else k n^2, which who recognises mass
    action reads so.
    """
    species = [
        f'<species id="{name}" compartment="cell" initialAmount="{value!r}" substanceUnits="item"'
        f' hasOnlySubstanceUnits="true" boundaryCondition="false" constant="false"/>'
        for name, value in case.initial.items()
    ]
    parts = [_reaction(number, reaction, case.initial, counted) for number, reaction in enumerate(case.reactions)]
    return "\n".join([HEAD, *species, "</listOfSpecies><listOfReactions>", *parts, TAIL])


def _reaction(number: int, reaction: Reaction, species: Mapping[str, float], counted: bool) -> str:
    reactants, products, rate = reaction
    if isinstance(rate, str):
        formula, constants = rate, ""
    else:
        formula = "*".join(("k", *(falling(reactants) if counted else reactants)))
        constants = _list("LocalParameters", [f'<localParameter id="k" value="{rate!r}"/>'])
    named = dict.fromkeys(name for name in re.findall(r"\b[A-Za-z]\w*", formula) if name in species)
    modifiers = [name for name in named if name not in (*reactants, *products)]
    return "".join([
        f'<reaction id="r{number}" reversible="false" fast="false">',
        _list("Reactants", _references(reactants)),
        _list("Products", _references(products)),
        _list("Modifiers", [f'<modifierSpeciesReference species="{name}"/>' for name in modifiers]),
        f"<kineticLaw>{_math(formula)}{constants}</kineticLaw></reaction>",
    ])  # fmt: skip


def _references(side: tuple[str, ...]) -> list[str]:
    return [f'<speciesReference species="{s}" stoichiometry="{n}" constant="true"/>' for s, n in Counter(side).items()]


def _list(what: str, items: list[str]) -> str:
    return f"<listOf{what}>{''.join(items)}</listOf{what}>" if items else ""


def _math(formula: str) -> str:
    import libsbml

    return libsbml.writeMathMLToString(libsbml.parseL3Formula(formula)).partition("?>")[2]
