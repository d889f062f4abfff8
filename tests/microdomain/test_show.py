"""What print(model) and notebooks show."""

import re
from html.parser import HTMLParser

import pytest

import microdomain as md
from mechanisms.show import html_of_model, text_of_mechanism, text_of_model
from tests.membranes import patch, with_leak


@md.rate_law(ca="uM", v_max="uM/s", half="uM", returns="uM/s")
def hill_2(ca, v_max, half):
    """v_max ca^2 / (half^2 + ca^2)"""
    return v_max * ca**2 / (half**2 + ca**2)


@md.rate_law(bound="1", total="1", returns="1")
def fraction(bound, total):
    return bound / total


def dimer() -> md.Model:
    model = md.Model("dimer")
    cytosol = model.compartment("cytosol", "100 aL")
    membrane = model.membrane("er_membrane", 0.5, outside=cytosol)
    model.parameter("v_max", "900 nM/s", "uM/s", source="a paper with a title so long that it has to be wrapped " * 2)
    stimulus = model.input("stimulus", md.pulse(1, 0.5, 2.0), unit="uM")
    model.species("A", cytosol, "1 uM", valence=2)
    model.species("B", cytosol, count=30)
    model.species("R", membrane, "10 1/um^2", clamped=True)
    model.species("L", cytosol, clamped=stimulus)
    model.quantity("share", fraction, bound="B", total=30)
    model.reaction("2 A <-> B", k="0.5 1/mM/s", k_back=0.1)
    model.reaction("A -> 0", hill_2, name="pump", ca="A", half="0.3 uM")
    model.reaction("R + A -> B", k=3)
    return model


def test_every_part_of_a_model_is_shown_with_its_unit_and_place() -> None:
    text = text_of_model(dimer())
    for line in (
        "cytosol 0.1 fL",
        "er_membrane 0.5 um^2 cytosol outside",
        "A.cytosol 1 uM 60.221 +2",
        "B.cytosol 0.49816 uM 30 0",
        "R.er_membrane 10 1/um^2 5 0 held",
        "L.cytosol 0 uM 0 0 follows stimulus",
        "stimulus uM 0 until 1 s, 2 until 1.5 s, then 0",
        "share",
        "value bound/total in 1",
        "where bound = B.cytosol in molecules, total = 30",
    ):
        assert line in squeezed(text), f"{line!r} is not in\n{text}"


def test_mass_action_and_laws_are_written_as_equations() -> None:
    text = squeezed(text_of_model(dimer()))
    assert "rate k [A.cytosol]^2 back k_back [B.cytosol] where k = 0.0005 1/uM/s, k_back = 0.1 1/s" in text
    assert "pump: A.cytosol -> 0 rate ca^2*v_max/(ca^2 + half^2) in uM/s" in text
    assert "where ca = [A.cytosol], v_max = 0.9 uM/s, half = 0.3 uM" in text
    # On a membrane the constant is for the product of a density and a concentration.
    assert "rate k [R.er_membrane] [A.cytosol] where k = 3 1/uM/s" in text


def test_names_of_a_mechanism_are_shown_in_full() -> None:
    text = squeezed(str(md.models.ip3_microdomain()))
    assert "IP3R.x000 + IP3.cytosol <-> IP3R.x100 rate IP3R.a1 [IP3R.x000] [IP3.cytosol]" in text
    assert "where channels = IP3R.open, ca = [Ca.er], IP3R.permeability = 0.0367898 fL/s" in text
    assert "k = (turnover + unbinding)/half_saturation^2 in 1/uM^2/s, SERCA.turnover = 8.9819 1/s" in text
    assert "IP3R.open counts those with 3 or more subunits in IP3R.x110" in text


def test_a_net_flux_shows_its_affinity_and_how_it_is_split() -> None:
    """Also the split that nobody asked for."""
    held = {"voltage": -60.0, "clamped": False}
    default, by_sign = (with_leak(patch(**held), p=1.0, **split) for split in ({}, {"split": "sign"}))
    assert "affinity log(k_in/k_out) + " in squeezed(str(default))
    assert " split ussing where p = 1 um/s, " in squeezed(str(default))
    assert " split sign where p = 1 um/s, " in squeezed(str(by_sign))
    assert "<div>split: <i>sign</i></div>" in html_of_model(by_sign)


@pytest.mark.parametrize("model", [dimer(), md.models.ip3_microdomain()], ids=lambda model: model.name)
def test_text_fits_80_columns(model: md.Model) -> None:
    lines = str(model).splitlines()
    assert max(map(len, lines)) <= 80
    assert all(line == line.rstrip() for line in lines)


@pytest.mark.parametrize("mechanism", md.mechanisms.MECHANISMS.values(), ids=lambda mechanism: mechanism.__name__)
def test_a_mechanism_shows_every_parameter_with_its_source(mechanism: type[md.Mechanism]) -> None:
    text = text_of_mechanism(mechanism)
    assert max(map(len, text.splitlines())) <= 80
    assert f"{mechanism.__name__}." not in text
    for name, parameter in mechanism().parameters().items():
        assert re.search(rf"^  {name} +{parameter.value:.6g} +{re.escape(parameter.unit)} ", text, re.MULTILINE)
        assert squeezed(parameter.source) in squeezed(text)


def test_faults_come_first_and_nothing_is_raised() -> None:
    model = dimer()
    model.reaction("A -> C", k=1)
    model.reaction("A -> B", hill_2, ca="Aa")
    model.species("Z", "cytosl")
    text = text_of_model(model)
    assert text.splitlines()[2].startswith("4 faults")
    assert text.index("found 'C'") < text.index("Compartments and membranes")
    assert "Did you mean 'cytosol'?" in squeezed(text)
    assert "A.cytosol -> C" in text
    assert "4 faults" in html_of_model(model)


def test_a_law_that_sympy_cannot_read_is_shown_by_name() -> None:
    @md.rate_law(a="uM", returns="uM/s")
    def branching(a):
        return a if a > 1 else 0.0

    model = md.Model("m")
    model.species("A", model.compartment("c", 1), 1)
    model.reaction("A -> 0", branching, a="A")
    assert "branching(a)  in uM/s" in text_of_model(model)


def test_long_models_are_cut() -> None:
    model = md.Model("chain")
    place = model.compartment("c", 1)
    for i in range(301):
        model.species(f"S{i}", place)
    for i in range(300):
        model.reaction(f"S{i} -> S{i + 1}", k=1)
        model.quantity(f"Q{i}", fraction, bound=f"S{i}", total=1.0)
    text = text_of_model(model)
    assert text.count("... and 101 more") == 1
    assert text.count("... and 100 more") == 2
    assert "S250" not in text


class Checker(HTMLParser):
    """Every tag is closed in order, and nothing is loaded from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert not {"src", "href"} & {name for name, _ in attrs}
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_html_is_well_formed_self_contained_and_escaped() -> None:
    model = dimer()
    model.parameter("odd", 1, "uM", source="<script>alert(1)</script> & co")
    checker = Checker()
    checker.feed(model._repr_html_())
    assert checker.open == []
    assert "<script>alert(1)</script> & co" in checker.text
    assert "Reactions (3)" in checker.text
    assert "ca<sup>2</sup>*v_max/(ca<sup>2</sup> + half<sup>2</sup>)" in model._repr_html_()


def squeezed(text: str) -> str:
    return " ".join(text.split())
