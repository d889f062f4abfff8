"""Valid documents, of every construct that is read, to be mutated."""

from functools import cache

from tests.microdomain.exchange import documents as sbml
from tests.microdomain.exchange.networks import TEXT

MASS_ACTION = sbml.document(
    sbml.compartment("c", 2.0),
    sbml.compartment("d", 1.0),
    sbml.species("A", 30),
    sbml.species("B", concentration=4.0, in_amounts=False, compartment="d"),
    sbml.species("C", 0, boundaryCondition="true"),
    sbml.parameter("k1", 0.5),
    sbml.parameter("k2", 0.25),
    sbml.reaction("R1", {"A": 2}, {"B": 1}, "k1 * A * (A - 1) / 2"),
    sbml.reaction("R2", {"B": 1}, {"A": 2, "C": 1}, "k * B * d", k=0.3),
    sbml.reaction("R3", {"A": 1}, {"C": 1}, "k1 * A - k2 * C", reversible=True),
)
LAWS = sbml.document(
    sbml.function("hill", "lambda(x, v, h, v * x^2 / (h^2 + x^2))"),
    sbml.compartment("c", 1.0),
    sbml.species("A", 30),
    sbml.species("B", 10),
    sbml.parameter("v", 2.0),
    sbml.parameter("total", constant=False),
    sbml.parameter("y", 1.0, constant=False),
    sbml.assignment("B", "v * 5"),
    sbml.rule("assignment", "total", "A + B + piecewise(1, time > 0.5, 0)"),
    sbml.rule("rate", "y", "-v * y + 0.1 * total"),
    sbml.reaction("R1", {"A": 1}, {"B": 1}, "hill(A, v, 10)"),
    sbml.reaction("R2", {"B": 1}, {}, "y * B"),
)
EVENTS = sbml.document(
    sbml.compartment("c", 1.0),
    sbml.species("A", 30),
    sbml.parameter("k", 1.0),
    sbml.parameter("p", 1.0, constant=False),
    sbml.reaction("R1", {"A": 1}, {}, "k * A"),
    sbml.event("E1", "A < 20", {"A": "30", "p": "p + 1"}),
    sbml.event("E2", "time >= 0.25", {"p": "A / 2"}, at_start=True, persistent=False),
)
UNITS = sbml.document(
    sbml.unit("substance", sbml.factor("mole", scale=-9)),
    sbml.unit("minute", sbml.factor("second", multiplier=60)),
    sbml.unit("pl", sbml.factor("litre", scale=-12)),
    sbml.compartment("c", 0.5, units="pl"),
    sbml.species("A", concentration=1e-3, in_amounts=False, substanceUnits="substance"),
    sbml.species("B", 0, substanceUnits="substance"),
    sbml.parameter("k", 0.5),
    sbml.reaction("R1", {"A": 1}, {"B": 1}, "c * k * A"),
    substanceUnits="substance",
    timeUnits="minute",
    extentUnits="substance",
    volumeUnits="pl",
)
LEVEL_2 = """<?xml version="1.0" encoding="UTF-8"?>
<sbml xmlns="http://www.sbml.org/sbml/level2/version4" level="2" version="4">
  <model id="old" name="of Level 2">
    <listOfCompartments><compartment id="c" size="1e-15"/></listOfCompartments>
    <listOfSpecies>
      <species id="A" compartment="c" initialAmount="1e-21"/>
      <species id="B" compartment="c" initialConcentration="1e-6"/>
    </listOfSpecies>
    <listOfParameters><parameter id="k" value="0.5"/></listOfParameters>
    <listOfReactions>
      <reaction id="R1" reversible="false">
        <listOfReactants><speciesReference species="A" stoichiometry="2"/></listOfReactants>
        <listOfProducts><speciesReference species="B"/></listOfProducts>
        <listOfModifiers><modifierSpeciesReference species="B"/></listOfModifiers>
        <kineticLaw>
          <math xmlns="http://www.w3.org/1998/Math/MathML">
            <apply>
              <times/><ci> c </ci><ci> k </ci><apply><power/><ci> A </ci><cn type="integer"> 2 </cn></apply>
            </apply>
          </math>
        </kineticLaw>
      </reaction>
    </listOfReactions>
  </model>
</sbml>
"""
RULES = sbml.document(
    sbml.compartment("c", 1.0, constant=False),
    sbml.species("A", 5, conversionFactor="f"),
    sbml.species("B", constant="true", amount=2),
    sbml.parameter("f", 2.0),
    sbml.parameter("z", 0.0, constant=False),
    sbml.rule("rate", "c", "0.1 * c"),
    sbml.rule("assignment", "z", "max(A, B) * exp(-time) + delta(2, 3)".replace("delta", "quotient")),
    sbml.reaction("R1", {}, {"A": 1}, "f * z"),
)
SBML = (MASS_ACTION, MASS_ACTION, LAWS, EVENTS, UNITS, LEVEL_2, LEVEL_2, RULES)
"""Mass action twice: nothing is compiled for it."""

NETS = (TEXT,)


@cache
def of_folder(folder: str, ending: str, largest: int = 30_000) -> tuple[str, ...]:
    """The documents of a folder that are not too large to be read thousands of times."""
    from pathlib import Path

    found = sorted(path for path in Path(folder).rglob(f"*{ending}") if path.stat().st_size <= largest)
    return tuple(path.read_text(encoding="utf-8", errors="replace") for path in found)
