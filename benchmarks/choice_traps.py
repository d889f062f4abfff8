"""Models in which theory about a stationary mean field, or a few short runs, may deceive."""

from __future__ import annotations

import microdomain as md
from benchmarks.choice_models import VOLUME, cell


@md.rate_law(r="uM", most="uM/s", k="uM", returns="uM/s")
def repressed(r, most, k):
    """most k^3 / (k^3 + r^3)"""
    return most * k**3 / (k**3 + r**3)


def toggle() -> md.Model:
    """Two genes that repress one another: one is on for long."""
    model = cell("toggle", ("A -> 0", 1.0), ("B -> 0", 1.0), A=1.0, B=0.1)
    for made, by in (("A", "B"), ("B", "A")):
        model.reaction(f"0 -> {made}", repressed, r=by, most=1.0, k=0.4)
    return model


def extinction() -> md.Model:
    """Molecules that multiply and compete, with rare immigration: now and then there are none for long."""
    return cell("extinction", ("A -> 2 A", 1.0), ("2 A -> A", 5.0), ("0 -> A", 5e-4), A=0.2)


def brusselator() -> md.Model:
    """A limit cycle; seen as a stationary state, at every phase alike."""
    rates = [("0 -> X", 1.0), ("X -> Y", 3.0), ("2 X + Y -> 3 X", 1.0), ("X -> 0", 1.0)]
    return cell("Brusselator", *rates, X=1.0, Y=3.0)


def pairs() -> md.Model:
    """Molecules come and go in pairs, so that there is always an odd number."""
    model = cell("pairs", ("0 -> 2 A", 0.5), ("2 A -> 0", 25.0))
    model.species("A", "cell", count=9)
    return model


def annihilation() -> md.Model:
    """Two kinds that are made alike and annihilate one another: their difference drifts far."""
    rates = [("0 <-> A", 1.0, 0.02), ("0 <-> B", 1.0, 0.02), ("A + B -> 0", 20.0)]
    return cell("annihilation", *rates, A=0.2, B=0.2)


def switch() -> md.Model:
    """An enzyme and its opponent, both saturated: a small change of either turns all of the substrate over."""
    rates = [
        ("K + S <-> KS", 100.0, 1.0), ("KS -> K + P", 10.0), ("F + P <-> FP", 100.0, 1.0), ("FP -> F + S", 10.0),
    ]  # fmt: skip
    return cell("switch", *rates, K=0.1, F=0.1, S=0.7, P=0.7, KS=0.0, FP=0.0)


def slow_gene() -> md.Model:
    """One gene that is seldom on, and then makes much."""
    model = md.Model("slow gene")
    place = model.compartment("cell", VOLUME)
    for state, count in (("off", 1), ("on", 0), ("protein", 0)):
        model.species(state, place, count=count)
    model.reaction("off <-> on", k=0.02, k_back=0.2)
    model.reaction("on -> on + protein", k=2000.0)
    model.reaction("protein -> 0", k=1.0)
    return model


def pulsed() -> md.Model:
    """Births that a pulse makes ten times as frequent."""
    model = cell("pulse", ("A -> 0", 1.0), A=1.0)
    model.input("made", md.pulse(5.0, 2.0, 10.0, 1.0), unit="uM/s")
    model.reaction("0 -> A", k="made")
    return model
