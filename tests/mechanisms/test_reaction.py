"""Reaction equations: every form that is read, and what is said of the others."""

import math
from typing import Any

import numpy as np
import pytest

import microdomain as md
from mechanisms.reaction import EquationError, read_equation


@pytest.mark.parametrize(
    ("text", "left", "right", "reversible"),
    [
        ("A -> B", [(1, "A")], [(1, "B")], False),
        ("A->B", [(1, "A")], [(1, "B")], False),
        ("A <-> B", [(1, "A")], [(1, "B")], True),
        ("A<->B", [(1, "A")], [(1, "B")], True),
        ("2 A -> B", [(2, "A")], [(1, "B")], False),
        ("2A -> B", [(2, "A")], [(1, "B")], False),
        ("2*A -> 3 * B", [(2, "A")], [(3, "B")], False),
        ("A + A -> B", [(2, "A")], [(1, "B")], False),
        ("A + 2 B + A -> C", [(2, "A"), (2, "B")], [(1, "C")], False),
        ("12 A2 -> 3 B_1", [(12, "A2")], [(3, "B_1")], False),
        ("0 -> A", [], [(1, "A")], False),
        ("-> A", [], [(1, "A")], False),
        ("∅ -> A", [], [(1, "A")], False),
        ("A -> 0", [(1, "A")], [], False),
        ("A ->", [(1, "A")], [], False),
        ("0 <-> A", [], [(1, "A")], True),
        ("A + E -> B + E", [(1, "A"), (1, "E")], [(1, "B"), (1, "E")], False),
        ("A + 2 E -> B + 3 E", [(1, "A"), (2, "E")], [(1, "B"), (3, "E")], False),
        ("Ca.er -> Ca.cytosol", [(1, "Ca.er")], [(1, "Ca.cytosol")], False),
        ("2 Ca.cytosol + free <-> bound", [(2, "Ca.cytosol"), (1, "free")], [(1, "bound")], True),
    ],
)
def test_text(text: str, left: list[Any], right: list[Any], reversible: bool) -> None:
    equation = read_equation(text)
    assert equation.reactants == tuple(left)
    assert equation.products == tuple(right)
    assert equation.reversible is reversible


@pytest.mark.parametrize("text", ["2 A + B -> C", "0 -> A", "A -> 0", "A.x <-> 3 B.y", "A + E -> B + E"])
def test_an_equation_prints_as_it_is_written(text: str) -> None:
    assert str(read_equation(text)) == text
    assert read_equation(str(read_equation(text))) == read_equation(text)


def test_objects_and_names() -> None:
    model = md.Model("objects")
    cytosol = model.compartment("cytosol", 1.0)
    a, b = model.species("A", cytosol), model.species("B", cytosol)
    assert str(read_equation(([(2, a), b], ["C"]))) == "2 A.cytosol + B.cytosol -> C"
    assert str(read_equation(([a, a], []))) == "2 A.cytosol -> 0"
    assert str(read_equation(([], [a]))) == "0 -> A.cytosol"
    assert read_equation(([(2, "A")], ["B"])) == read_equation("2 A -> B")


def test_a_stoichiometry_may_be_a_whole_number_of_numpy() -> None:
    assert read_equation(([(np.int64(2), "A")], ["B"])) == read_equation("2 A -> B")


def test_a_stoichiometry_may_be_a_fraction() -> None:
    """In a pair; a float that is whole is an int, so that the text of the equation is the same."""
    assert str(read_equation(([(1.5, "A"), (2.0, "B")], ["C"]))) == "1.5 A + 2 B -> C"


def test_a_side_may_be_one_name() -> None:
    """Text is a sequence of letters, but "Ca" does not mean C + a."""
    assert read_equation(("Ca", "B")) == read_equation("Ca -> B")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"'' needs one arrow, '->' or '<->', as in '2 A -> B'"),
        ("A", r"'A' needs one arrow"),
        ("A + B", r"'A \+ B' needs one arrow"),
        ("A = B", r"'A = B' needs one arrow"),
        ("A => B", r"'A => B' needs one arrow"),
        ("A <- B", r"'A <- B' needs one arrow"),
        ("A -> B -> C", r"'A -> B -> C' needs one arrow"),
        ("A <-> B <-> C", r"needs one arrow"),
        ("A -> B <-> C", r"'A -> B' in 'A -> B <-> C' is not a species"),
        ("1.5 A -> B", r"'1.5 A' in '1.5 A -> B' is not a species, as in 'A', '2 A' or 'Ca.cytosol'"),
        ("-2 A -> B", r"'-2 A' in '-2 A -> B' is not a species"),
        ("A + -> B", r"'' in 'A \+ -> B' is not a species"),
        ("A B -> C", r"'A B' in 'A B -> C' is not a species"),
        ("2 -> A", r"'2' in '2 -> A' is not a species"),
        ("A -> B + 0", r"'0' in 'A -> B \+ 0' is not a species"),
        ("0 A -> B", r"'0 A' in '0 A -> B' is not a species"),
        ("A.x.y -> B", r"'A.x.y' in 'A.x.y -> B' is not a species"),
        (5, r"5 is neither text nor a pair \(reactants, products\)"),
        (("A",), r"is neither text nor a pair"),
        (([1], ["B"]), r"1 is not a species, a name, or \(number above 0, species\)"),
        (([(0, "A")], ["B"]), r"\(0, 'A'\) is not a species"),
        (([(-1, "A")], ["B"]), r"\(-1, 'A'\) is not a species"),
        (([(math.nan, "A")], ["B"]), r"\(nan, 'A'\) is not a species"),
    ],
)
def test_malformed(text: Any, message: str) -> None:
    with pytest.raises(EquationError, match=message):
        read_equation(text)


def test_a_model_reports_a_malformed_equation_with_its_other_faults() -> None:
    model = md.Model("malformed")
    cytosol = model.compartment("cytosol", 1.0)
    model.species("A", cytosol)
    model.reaction("A => B", k=1.0)
    model.reaction("A -> X", k=1.0)
    with pytest.raises(md.ModelError) as caught:
        model.check()
    assert [fault.found for fault in caught.value.faults] == [
        "'A => B' needs one arrow, '->' or '<->', as in '2 A -> B'",
        "'X'",
    ]
