"""What SBML says that is not supported, or no SBML at all, is told by name."""

from pathlib import Path

import pytest

import microdomain as md
from tests.microdomain.exchange import documents as d

GROWTH = (d.compartment(), d.species("A", 1), d.parameter("x", 1, False))


@pytest.mark.parametrize(
    ("part", "message"),
    [
        (
            f"<algebraicRule>{d.math('x - 2 * A')}</algebraicRule>",
            r"algebraic rule: found 0 = x - 2 \* A; allowed: ass",
        ),
        (d.rule("rate", "x", "delay(A, 1)"), r"rate rule of 'x': found 'delay' in a formula"),
        ('<reaction id="R" reversible="false"/>', r"reaction 'R': found no kinetic law; allowed: a kinetic law"),
        (f"<constraint>{d.math('x > 0')}</constraint>", r"constraint: found a condition that ends the simulation"),
        (d.species("B"), r"'B': found no value at the start; allowed: a value, a rule or an initial assignment"),
    ],
)
def test_refused_by_name(part: str, message: str) -> None:
    with pytest.raises(md.ModelError, match=message):
        md.read_sbml(d.document(*GROWTH, part))


def test_everything_is_listed_at_once() -> None:
    parts = (d.rule("rate", "x", "delay(A, 1)"), f"<algebraicRule>{d.math('A - 2')}</algebraicRule>")
    with pytest.raises(md.ModelError, match="2 faults") as caught:
        md.read_sbml(d.document(*GROWTH, *parts))
    assert [fault.where for fault in caught.value.faults] == ["rate rule of 'x'", "algebraic rule"]


def test_a_package_that_is_required() -> None:
    text = d.document(*GROWTH).replace(
        'level="3"', 'xmlns:q="http://www.sbml.org/sbml/level3/version1/qual/version1" q:required="true" level="3"'
    )
    with pytest.raises(md.ModelError, match=r"package 'qual': found a package that the model cannot be read without"):
        md.read_sbml(text)


def test_formulas_that_need_each_other() -> None:
    parts = (d.parameter("p"), d.parameter("q"), d.assignment("p", "q"), d.assignment("q", "p"))
    with pytest.raises(md.ModelError, match="circular dependencies"):
        md.read_sbml(d.document(*GROWTH, *parts))


@pytest.mark.parametrize(
    "text",
    [
        "<",
        "<sbml",
        "<html/>",
        '<?xml version="1.0"?><sbml xmlns="x" level="9" version="9"/>',
        d.document(*GROWTH)[:-20],
    ],
)
def test_what_is_no_sbml_gives_its_lines(text: str) -> None:
    with pytest.raises(md.ModelError, match=r"line \d+: found .*; allowed: valid SBML \(rule \d+\)"):
        md.read_sbml(text)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="no_such"):
        md.read_sbml(tmp_path / "no_such.xml")


def test_a_formula_that_grows_without_end() -> None:
    """Forty functions, each of which says twice what the one before says."""
    functions = [d.function("f0", "lambda(x, x + 1)")]
    functions += [d.function(f"f{i}", f"lambda(x, f{i - 1}(x) * f{i - 1}(x))") for i in range(1, 40)]
    text = d.document(*functions, *GROWTH, d.rule("rate", "x", "f39(A)"))
    with pytest.raises(md.ModelError, match=r"rate rule of 'x': found a formula of more than 100 calls within calls"):
        md.read_sbml(text)


def test_a_sum_of_a_thousand_terms_is_no_deep_formula() -> None:
    text = d.document(*GROWTH, d.rule("rate", "x", "+".join(["A"] * 1000)))
    assert len(md.read_sbml(text).network().reactions) == 1


def test_a_concentration_that_is_known_before_the_size_that_it_is_in() -> None:
    """Its amount would be that value times the size as it is when the delay ends."""
    event = d.event("e", "time >= 1", {"A": "7"}).replace("</trigger>", f"</trigger><delay>{d.math('1')}</delay>")
    parts = (d.compartment(constant=False), d.rule("rate", "c", "1"), d.species("A", concentration=1, in_amounts=False))
    with pytest.raises(md.ModelError, match=r"event 'e': found 'A', a concentration in a size that changes, set after"):
        md.read_sbml(d.document(*parts, event))
    md.read_sbml(d.document(*parts, event.replace('TriggerTime="true"', 'TriggerTime="false"')))
