"""Models as SBML, for the simulators that read it: counts in one compartment of size 1."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1">
<model substanceUnits="item" extentUnits="item">
<listOfCompartments><compartment id="cell" spatialDimensions="3" size="1" constant="true"/></listOfCompartments>
<listOfSpecies>"""
TAIL = "</listOfReactions></model></sbml>"


class SBMLReaction(NamedTuple):
    """``formula`` is the rate, in the names of the species and of the reaction's own constants."""

    reactants: tuple[str, ...]
    products: tuple[str, ...]
    formula: str
    constants: Mapping[str, float]


def sbml(initial: Mapping[str, float], reactions: Iterable[SBMLReaction]) -> str:
    """The text of a model: written by hand, since libSBML takes 12 s for 40,000 reactions made one by one."""
    species = [
        f'<species id="{name}" compartment="cell" initialAmount="{value!r}" substanceUnits="item"'
        f' hasOnlySubstanceUnits="true" boundaryCondition="false" constant="false"/>'
        for name, value in initial.items()
    ]
    parts = [_reaction(number, reaction, initial) for number, reaction in enumerate(reactions)]
    return "\n".join([HEAD, *species, "</listOfSpecies><listOfReactions>", *parts, TAIL])


def _reaction(number: int, reaction: SBMLReaction, species: Mapping[str, float]) -> str:
    named = dict.fromkeys(name for name in re.findall(r"\b[A-Za-z]\w*", reaction.formula) if name in species)
    modifiers = [name for name in named if name not in (*reaction.reactants, *reaction.products)]
    constants = [f'<localParameter id="{name}" value="{value!r}"/>' for name, value in reaction.constants.items()]
    return "".join([
        f'<reaction id="r{number}" reversible="false" fast="false">',
        _list("Reactants", _references(reaction.reactants)),
        _list("Products", _references(reaction.products)),
        _list("Modifiers", [f'<modifierSpeciesReference species="{name}"/>' for name in modifiers]),
        f"<kineticLaw>{_math(reaction.formula)}{_list('LocalParameters', constants)}</kineticLaw></reaction>",
    ])  # fmt: skip


def _references(side: tuple[str, ...]) -> list[str]:
    return [f'<speciesReference species="{s}" stoichiometry="{n}" constant="true"/>' for s, n in Counter(side).items()]


def _list(what: str, items: list[str]) -> str:
    return f"<listOf{what}>{''.join(items)}</listOf{what}>" if items else ""


def _math(formula: str) -> str:
    import libsbml

    return libsbml.writeMathMLToString(libsbml.parseL3Formula(formula)).partition("?>")[2]
