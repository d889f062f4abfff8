"""python -m benchmarks.random_sbml: random SBML documents, here and in libRoadRunner, with the mean field.

Compartments that vary, amounts and concentrations, conversion factors, fractional stoichiometry, local parameters that
shadow, rules, initial assignments, functions, rateOf, events with delays and priorities. What SBML leaves open is left
out: events of one time without priorities, and conditions that begin to hold at a time that is looked at.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import track

from benchmarks.verify_sbml import simulate_ode

TIMES = np.linspace(0.0, 4.0, 41)
WRONG = 1e-4
"""Of the largest value of a variable."""


class Document:
    """A random model, as SBML of Level 3 Version 2."""

    def __init__(self, seed: int) -> None:
        import libsbml

        self.parse, self.random = libsbml.parseL3Formula, np.random.default_rng(seed)
        document = libsbml.SBMLDocument(3, 2)
        self.model = document.createModel()
        self.model.setId(f"random_{seed}")
        for what in ("Substance", "Extent"):
            getattr(self.model, f"set{what}Units")("mole")
        self.model.setTimeUnits("second")
        self.sizes = self.compartments()
        self.species = self.substances()
        self.parameters()
        for i in range(int(self.pick(1, 2, 3))):
            self.reaction(i)
        for i in range(int(self.pick(0, 0, 1, 2))):
            self.event(i)
        self.text: str = libsbml.writeSBMLToString(document)
        self.names = [*self.species, "p", "q", *self.sizes]

    def pick(self, *of: Any) -> Any:
        return of[int(self.random.integers(len(of)))]

    def says(self, element: Any, formula: str) -> None:
        element.setMath(self.parse(formula))

    def compartments(self) -> list[str]:
        """One or two, that may grow or oscillate."""
        for i in range(int(self.pick(1, 2))):
            name, kind = f"C{i}", self.pick("constant", "constant", "grows", "oscillates")
            made = self.model.createCompartment()
            made.setId(name)
            made.setSpatialDimensions(3)
            made.setSize(float(self.pick(1.0, 0.5, 2.5)))
            made.setUnits("litre")
            made.setConstant(kind == "constant")
            if kind != "constant":
                rule = self.model.createRateRule() if kind == "grows" else self.model.createAssignmentRule()
                rule.setVariable(name)
                self.says(rule, f"0.05 * {name}" if kind == "grows" else "1.5 + 0.5 * sin(time)")
        return [one.getId() for one in self.model.getListOfCompartments()]

    def substances(self) -> list[str]:
        """Two to four, in amounts or concentrations, with conversion factors."""
        factor = self.pick("", "", "model", "species")
        if factor:
            self.parameter("factor", float(self.pick(2.0, 0.5)))
        if factor == "model":
            self.model.setConversionFactor("factor")
        for i in range(int(self.pick(2, 3, 4))):
            made = self.model.createSpecies()
            made.setId(f"S{i}")
            made.setCompartment(self.pick(*self.sizes))
            made.setSubstanceUnits("mole")
            made.setConstant(False)
            made.setHasOnlySubstanceUnits(bool(self.pick(True, False)))
            made.setBoundaryCondition(self.pick(*[False] * 6, True))
            value = float(self.pick(0.1, 0.5, 1.0, 2.0))
            self.pick(made.setInitialAmount, made.setInitialConcentration)(value)
            if factor == "species" and self.pick(True, False):
                made.setConversionFactor("factor")
        return [one.getId() for one in self.model.getListOfSpecies()]

    def parameter(self, name: str, value: float | None, constant: bool = True) -> None:
        made = self.model.createParameter()
        made.setId(name)
        made.setConstant(constant)
        if value is not None:
            made.setValue(value)

    def parameters(self) -> None:
        """Three constants, p with a rate, q with a rule, and a function."""
        for i in range(3):
            self.parameter(f"k{i}", round(float(self.random.uniform(0.1, 1.0)), 2))
        self.parameter("p", 1.0, False)
        self.parameter("q", None, False)
        rate, rule = self.model.createRateRule(), self.model.createAssignmentRule()
        rate.setVariable("p")
        rule.setVariable("q")
        self.says(rate, self.pick("-0.3 * p", "0.2 * sin(time)", "0.1 * S0"))
        self.says(rule, self.pick("2 * p + S0", "piecewise(1, time > 1, 0.5)", "max(S0, S1) + p", "rateOf(p) + 1",
                                  "exp(-time) + k0"))  # fmt: skip
        if self.pick(True, False):
            made = self.model.createInitialAssignment()
            made.setSymbol(self.pick("k1", "S1", "p"))
            self.says(made, self.pick("2 * k0", "k0 + 0.3", "exp(k2)"))
        function = self.model.createFunctionDefinition()
        function.setId("hill")
        self.says(function, "lambda(x, v, n, v * x^n / (0.5^n + x^n))")

    def reaction(self, i: int) -> None:
        """One kind into another, by a law that may read everything."""
        made = self.model.createReaction()
        made.setId(f"R{i}")
        made.setReversible(False)
        a, b = (self.species[k] for k in self.random.permutation(len(self.species))[:2])
        for side, name, numbers in ((made.createReactant, a, (1, 1, 2, 1.5)), (made.createProduct, b, (1, 1, 2))):
            one = side()
            one.setSpecies(name)
            one.setStoichiometry(float(self.pick(*numbers)))
            one.setConstant(True)
        law, k = made.createKineticLaw(), self.pick("k0", "k1", "k2")
        if self.pick(True, False):
            local = law.createLocalParameter()
            local.setId(k)
            local.setValue(0.37)
        self.says(law, self.pick(
            f"{k} * {a}", f"{k} * {a} * C0", f"C0 * hill({a}, {k}, 2)", f"{k} * {a} * q", f"{k} * {a}^2 - 0.1 * {b}",
            f"{k} * {a} * piecewise(1, time < 2, 0.2)", f"{k} * {a} * (1 + 0.5 * sin(2 * time))",
        ))  # fmt: skip

    def event(self, i: int) -> None:
        """Sets one or two things, perhaps later, and with a priority of its own."""
        made = self.model.createEvent()
        made.setId(f"E{i}")
        trigger, delay = made.createTrigger(), self.pick("", "0.63", "k0 + 0.017")
        trigger.setInitialValue(self.pick(True, False))
        trigger.setPersistent(self.pick(True, False))
        condition = self.pick("time >= 1.31", "S0 < 0.3", "p < 0.8", "time > 0.74 && time < 2.23", "S1 > 0.6")
        self.says(trigger, condition)
        # Of a concentration that is known long before it is set, in a size that changes, others say different things.
        made.setUseValuesFromTriggerTime(not delay and self.pick(True, False))
        if delay:
            self.says(made.createDelay(), delay)
        self.says(made.createPriority(), f"{i} + k1")
        names = [*self.species, "p"]
        for k in self.random.permutation(len(names))[: int(self.pick(1, 2))]:
            one = made.createEventAssignment()
            one.setVariable(names[k])
            self.says(one, self.pick("1.2", "0.9 + k2", f"0.5 * {names[k]} + 0.2", "p + 0.5"))


def difference(document: Document, folder: Path) -> tuple[float, str]:
    """The largest, over the largest value of the variable, and where it is. Raises where a simulator does."""
    import roadrunner

    other = roadrunner.RoadRunner(document.text)
    other.integrator.relative_tolerance, other.integrator.absolute_tolerance = 1e-9, 1e-12
    other.selections = document.names
    theirs = np.array(other.simulate(TIMES[0], TIMES[-1], len(TIMES)))
    path = folder / "document.xml"
    path.write_text(document.text)
    amounts = dict.fromkeys(document.species, "amount")
    ours = simulate_ode(path, TIMES, 1e-8, 1e-10, document.names, amounts)
    found = np.abs(ours - theirs) / (1e-6 + np.abs(theirs).max(axis=0))
    t, i = np.unravel_index(int(found.argmax()), found.shape)
    return float(found.max()), f"{document.names[i]} at {TIMES[t]:.1f}: {ours[t, i]:.6g} here, {theirs[t, i]:.6g} there"


def main() -> None:
    """Compare, and say which documents differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=100)
    parser.add_argument("--first", type=int, default=0, metavar="SEED")
    given = parser.parse_args()
    console, seeds, apart = Console(), range(given.first, given.first + given.documents), []
    with tempfile.TemporaryDirectory() as folder:
        for seed in track(seeds, "comparing", console=console):
            try:
                found, where = difference(Document(seed), Path(folder))
            except Exception as error:  # a failure of either is a finding, and ends nothing
                found, where = np.inf, f"{type(error).__name__}: {str(error).strip()[:120]}"
            if found > WRONG:
                apart.append(f"document {seed}: {where}")
    for line in apart:
        console.print(line, markup=False, highlight=False)
    console.print(f"{len(seeds) - len(apart)} of {len(seeds)} documents have the same solution to {WRONG:g}")


if __name__ == "__main__":
    main()
