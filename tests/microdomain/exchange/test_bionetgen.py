"""BioNetGen networks: what each line means, against numbers by hand, and what is refused, with the line."""

import math
import random

import numpy as np
import pytest

import microdomain as md
from engines.outputs import without_outputs
from engines.views import Views
from microdomain.cli import main
from tests.microdomain.exchange.networks import TEXT

A, B, AB, C = 12.0, 3.0, 3.0, 0.0
KF, HALF = 0.5, 20.0


def propensities(model, counts):
    views = Views(model.network(), 0.0)
    return views.propensities(np.array([counts]))[0], views.mean_field_rates(np.array([counts]))[0]


def changed(*lines):
    """The text with (old, new) pieces."""
    text = TEXT
    for old, new in lines:
        assert text.count(old) == 1
        text = text.replace(old, new)
    return text


def test_species_keep_their_numbers_and_show_their_patterns():
    model = md.read_bionetgen(TEXT)
    data = md.simulate(model, [0.0, 1e-9], engine="ode")
    assert data.species.values.tolist() == ["S1.cell", "S2.cell", "S3.cell", "S4.cell"]
    assert data.label.values.tolist() == ["A(b,y~U)", "B(a)", "A(b!1,y~P).B(a!1)", "C()"]
    assert data.counts.values[0, 0].tolist() == [A, B, AB, C]
    assert data.quantity.sel(quantities="All").values[0, 0] == A + 2 * AB
    assert data.quantity.sel(quantities="None").values[0, 0] == 0.0
    assert data.quantity.sel(quantities="slow").values[0, 0] == A + 2 * AB + 1
    assert "A(b!1,y~P).B(a!1)" in str(model)


def test_rates_are_those_of_bionetgens_simulators():
    """Two alike react k A (A - 1) times per second where they are counted, and k A^2 times in the mean field."""
    model = md.read_bionetgen(TEXT)
    assert len(model.network().reactions) == 10  # all but the one that changes nothing, and the time
    counted, mean_field = propensities(model, [A, B, AB, C, 0.0])
    total = A + 2 * AB + 1
    free = (A - AB - HALF + math.sqrt((A - AB - HALF) ** 2 + 4 * A * HALF)) / 2
    hill = KF * A**12 / (HALF**12 + A**12) * AB
    same = [2 * KF * A * AB / (HALF + A), KF * AB * free / (HALF + free), hill]
    expected = [KF * A * B, 0.5 * KF * A * (A - 1), 0.0, 1.5, total * AB, 2 * total * A * (A - 1) * (A - 2), *same]
    assert counted[:9] == pytest.approx(expected, rel=1e-12)
    expected = [KF * A * B, 0.5 * KF * A**2, 0.0, 1.5, total * AB, 2 * total * A**3, *same]
    assert mean_field[:9] == pytest.approx(expected, rel=1e-12)


def test_fixed_species_stay():
    model = md.read_bionetgen(changed(("6 1,1,1 4 2*slow()", "6 1,1,1 4 1e-4*slow()")))
    data = md.simulate(model, [0.0, 0.1], engine="gillespie", seed=1)
    assert (data.counts.sel(species="S2.cell") == 3).all()
    assert data.counts.sel(species="S1.cell").values[0, 1] != A


def test_functions_of_time_are_followed_by_every_engine():
    """A decay at the rate 2 t: exp(-t^2) of 10^4 remain; 5 standard errors, false alarm 6e-7."""
    text = (
        "begin parameters\nend parameters\nbegin functions\n1 f() 2*time()\nend functions\nbegin species\n1 A() 10000\n"
        "end species\nbegin reactions\n1 1 0 f()\nend reactions\n"
    )
    model = md.read_bionetgen(text)
    left = math.exp(-0.25)
    assert md.simulate(model, [0, 0.5], engine="ode").counts.values[0, 1, 0] == pytest.approx(1e4 * left, rel=1e-5)
    exact = md.simulate(model, [0, 0.5], engine="gillespie", seed=3).counts.values[0, 1, 0]
    assert abs(exact - 1e4 * left) < 5 * math.sqrt(1e4 * left * (1 - left))


def test_parameters_may_be_changed():
    model = md.read_bionetgen(TEXT).changed(parameters={"kf": 5.0})
    counted, _ = propensities(model, [A, B, AB, C, 0.0])
    assert counted[:2] == pytest.approx([10 * KF * A * B, 5 * KF * A * (A - 1)])


def test_names_of_groups_are_not_mistaken_for_species():
    text = changed(("1 All ", "1 S1 "), ("All + 1", "S1 + 1"))
    data = md.simulate(md.read_bionetgen(text), [0.0, 1e-9], engine="ode")
    assert data.species.values[0] == "S_1.cell"
    assert data.quantity.sel(quantities="total").values[0, 0] == A + 2 * AB + 1


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("2*base^2", "2*base^", r"line 4: found 'the end' in '2\*base\^'; allowed: a number, a name, or '\('"),
        ("2*base^2", "2*bsae", r"line 4: found the name 'bsae'; allowed: kf, base, n, half\. Did you mean 'base'\?"),
        (
            "2 base   0.5",
            "2 base   kf",
            r"line 4: found kf needs base needs kf; allowed: formulas that do not go round",
        ),
        ("2 base   0.5", "2 base   1/0", r"line 5: found 1 / 0, which is inf; allowed: a finite number"),
        ("2 base   0.5", "2 kf   0.5", r"line 5: found a second 'kf'; allowed: one, as in line 4"),
        ("4 half   20", "4 half", r"line 7: found 'half'; allowed: a number, a name and a formula"),
        ("4 half   20", "4 time   20", r"line 7: found the name 'time'; allowed: another name"),
        ("1 total()", "1 total(x)", r"line 13: found the local function 'total\(x\)'; allowed: functions without"),
        ("All + 1", "slow + 1", r"line 13: found 'total', which needs itself"),
        ("All + 1", "floor(3)", r"line 13: found the function 'floor'; allowed: abs, .*, time, total"),
        ("$B(a)      3", "$B(a)      -3", r"line 18: found -3 molecules; allowed: 0 or more"),
        ("$B(a)      3", "$B(a)", r"line 18: found '2 \$B\(a\)'; allowed: a number, a species and its initial value"),
        ("4 C()  0", "3 C()  0", r"line 20: found a second species 3"),
        ("1 1,2 3 kf", "1 1,7 3 kf", r"line 23: found '1,7'; allowed: 0 for none, or species from 1 to 4"),
        ("1 1,2 3 kf", "1 1,2 3", r"line 23: found '1,2 3'; allowed: a number, reactants, products and a rate"),
        ("1 1,2 3 kf", "1 1,2 3 Arrhenius kf half", r"line 23: found 'kf' in 'Arrhenius kf half'"),
        ("2*Sat kf half", "2*Sat kf half half half half", r"line 29: found 'Sat' with 5 constants and 2 reactants"),
        ("1,2*3,0.5*4", "1,2*9", r"line 35: found species 9; allowed: species from 1 to 4"),
        ("1,2*3,0.5*4", "1,x*3", r"line 35: found '1 All|line 35: found 'All   1,x\*3'; allowed: a number, a name and"),
        ("end groups", "", r"line 34: found 'begin groups' without an end"),
        ("begin groups", "begin gruops", r"line 34: found the block 'gruops'.* Did you mean 'groups'\?"),
        ("begin groups", "stray", r"line 34: found 'stray' outside of all blocks"),
        ("0 1 3*base", "0 1 -base", r"reaction '0 -> S1.cell'"),
    ],
)
def test_faults_say_where(old, new, message):
    with pytest.raises(md.ModelError, match=message):
        md.read_bionetgen(changed((old, new)))


def test_all_faults_are_told_at_once():
    with pytest.raises(md.ModelError) as caught:
        md.read_bionetgen(changed(("2*base^2", "2*x"), ("4 C()  0", "4 C()  y"), ("0 1 3*base", "0 9 3*base")))
    assert [fault.where for fault in caught.value.faults] == ["line 4", "line 20", "line 26"]


def test_a_file_runs_from_the_command_line(tmp_path, capsys):
    path = tmp_path / "small.net"
    path.write_text(TEXT)
    assert main(["show", str(path)]) == 0
    assert "A(b!1,y~P).B(a!1)" in capsys.readouterr().out
    assert main(["run", str(path), "--engine", "ode", "--t-end", "0.001", "--quiet"]) == 0
    path.write_text(TEXT.replace("2*base^2", "2*x"))
    assert main(["run", str(path)]) == 2
    assert "line 4: found the name 'x'" in capsys.readouterr().err
    assert main(["run", str(tmp_path / "none.net")]) == 2
    assert "there is no file" in capsys.readouterr().err


# -- networks of others ------------------------------------------------------------------------------------------------


def test_repressilator_as_bionetgen_integrates_it(suites):
    """Its own result of an ODE, with tolerances of 1e-8."""
    folder = suites / "networks"
    expected = np.loadtxt(folder / "bngval_Repressilator.gdat")
    model = md.read_bionetgen(folder / "bngval_Repressilator.net")
    data = md.simulate(model, expected[:, 0], engine="ode", rtol=1e-9, atol=1e-6)
    found = data.quantity.sel(quantities=["pTetR", "pCI", "pLacI", "NULL"]).values[0]
    assert found == pytest.approx(expected[:, 1:], rel=1e-5)


@pytest.mark.parametrize("name", ["multistate", "multisite2", "egfr_net"])
def test_networks_are_those_of_the_sbml_of_the_same(suites, name):
    """BioNetGen writes both, so that the drift at the same random states is the same."""
    folder = suites / "networks"
    ours, theirs = (
        Views(without_outputs(model.network()))
        for model in (
            md.read_bionetgen(folder / f"scimlbench_{name}.net"),
            md.read_sbml(folder / f"{name.replace('egfr_net', 'EGFR')}.xml"),
        )
    )
    states = np.random.default_rng(1).uniform(0, 1000, (5, len(ours.network.species)))
    order = [theirs.network.species.index(name) for name in ours.network.species]
    moved = np.empty_like(states)
    moved[:, order] = states
    for ours_at, theirs_at in zip(states, moved, strict=True):
        assert ours.drift(ours_at) == pytest.approx(theirs.drift(theirs_at)[order], rel=1e-9, abs=1e-9)


def test_a_large_network_is_whole(suites):
    """EGFR: 356 species, 3749 reactions; the totals of Faeder et al. 2003 stay where molecules are counted, exactly."""
    model = md.read_bionetgen(suites / "networks" / "scimlbench_egfr_net.net")
    network = model.network()
    assert (len(network.species), len(network.reactions)) == (356, 3749)
    alike = [row for row in range(3749) if 2.0 in [n for _, n in network.reactants.row(row)]]
    assert len(alike) == 24
    data = md.simulate(model, [0.0, 0.2], engine="gillespie", seed=1)
    totals = data.quantity.sel(quantities=["Efgr_tot", "Sos_act"])
    assert totals.sel(quantities="Efgr_tot").values.tolist() == [[1.8e5, 1.8e5]]
    flow = md.simulate(model, [0.0, 0.2], engine="ode")
    bound = [float(found.counts.sel(species="S1.cell")[0, 1]) for found in (data, flow)]
    assert bound[0] == pytest.approx(bound[1], abs=5 * (1.2e6 - bound[1]) ** 0.5)  # the Poisson noise of what was bound


PIECES = [
    *"()^*/+-,$#\\ \n.0159eE!<>=&|",
    "begin",
    "end parameters\n",
    "if(",
    "1e999",
    "nan",
    "time()",
    "total",
    "Sat",
    "é",
]


def test_mutated_texts_are_read_or_refused():
    """Pieces that are taken out, put in or doubled: nothing but a model, or a ModelError."""
    draw = random.Random(1)
    read = 0
    for _ in range(400):
        text = TEXT
        for _ in range(draw.randint(1, 4)):
            at, kind = draw.randrange(len(text)), draw.random()
            if kind < 0.3:
                text = text[:at] + text[at + draw.randint(1, 40) :]
            elif kind < 0.8:
                text = text[:at] + draw.choice(PIECES) + text[at:]
            else:
                other = draw.randrange(len(text))
                text = text[:at] + text[other : other + 30] + text[at:]
        try:
            md.read_bionetgen(text)
            read += 1
        except md.ModelError:
            continue
    assert 0 < read < 400
