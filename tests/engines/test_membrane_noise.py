"""Linear noise of membranes and of continuous variables, against closed forms.

A membrane at equilibrium is known whatever its leak: sd(V) = sqrt(kT / C), and by Nyquist's theorem its spectrum.
"""

import numpy as np
import pytest
from scipy.linalg import expm

import microdomain as md
from tests.membranes import KT_OVER_E as VT
from tests.membranes import MV_PF_PER_CHARGE as STEP
from tests.membranes import efflux_affinity, goldman, ohmic_to_nernst
from tests.reference import closed

CAPACITANCE = 0.8


def passive(*ions, law=ohmic_to_nernst, split="ussing", voltage="-60 mV", **strength) -> md.Model:
    """Leaks of ions (name, inside, outside) at constant concentrations through 10 um^2."""
    model = md.Model("passive")
    inside, outside = model.compartment("inside", 1.0), model.compartment("outside", 1.0)
    area = {"inside": inside, "outside": outside, "voltage": voltage, "capacitance": CAPACITANCE}
    model.membrane("plasma", 10.0, **area)
    for n, (name, within, without) in enumerate(ions):
        ends = [
            model.species(name, place, c, valence=1, clamped=True)
            for place, c in ((inside, within), (outside, without))
        ]
        bindings = {"v": "plasma.voltage", "k_in": f"{name}.inside", "k_out": f"{name}.outside"}
        values = {key: value[n] for key, value in strength.items()}
        model.reaction(
            ([(1, ends[0])], [(1, ends[1])]), law, affinity=efflux_affinity, at="plasma", split=split, name=name,
            temperature="temperature", **bindings, **values,
        )  # fmt: skip
    return model


POTASSIUM, SODIUM = ("K", 140e3, 4e3), ("Na", 12e3, 145e3)
LEAK = {"g": [0.3]}


def voltage(data):
    return data.sel(quantities="plasma.voltage")


def test_an_ohmic_membrane_has_the_noise_of_its_capacitance_and_the_spectrum_of_nyquist() -> None:
    """Var V = kT / C, forgotten with RC; 4 k T R / (1 + (2 pi f R C)^2) per Hz. Seen to fail: split by sign; one way
    of the flux without the other.
    """
    resistance, rc = 1 / 0.3, CAPACITANCE / 0.3 * 1e-3
    lags, frequencies = np.array([0.0, 0.3, 1.0, 2.5]) * rc, np.array([0.0, 0.1, 1.0, 30.0]) / rc
    data = voltage(md.stationary_noise(passive(POTASSIUM, **LEAK), lags=lags, frequencies=frequencies))
    assert data.mean_quantity == pytest.approx(-VT * np.log(35.0))
    thermal = VT * STEP / CAPACITANCE
    assert data.variance_quantity == pytest.approx(thermal, rel=1e-7)
    assert data.correlation_time_quantity == pytest.approx(rc, rel=1e-7)
    assert data.autocovariance_quantity.values == pytest.approx(thermal * np.exp(-lags / rc), rel=1e-6)
    four_ktr = 4 * VT * STEP * resistance * 1e-3
    exact = four_ktr / (1 + (2 * np.pi * frequencies * rc) ** 2)
    assert data.spectrum_quantity.values == pytest.approx(exact, rel=1e-6)
    assert data.variance_budget_quantity.values == pytest.approx([thermal], rel=1e-7)
    assert data.source.values.tolist() == ["K"]


def test_a_membrane_of_goldman_has_the_same_variance_and_its_own_time() -> None:
    """Rate of return = efflux / (kT C / e^2); efflux = P [in] B(-u) area. Seen to fail: a split by sign."""
    data = voltage(md.stationary_noise(passive(POTASSIUM, law=goldman, p=[0.002])))
    u = -np.log(35.0)
    efflux = 0.002 * 140e3 * -u / np.expm1(-u) * 10 * 602.214076
    assert data.variance_quantity == pytest.approx(VT * STEP / CAPACITANCE, rel=1e-6)
    assert 1 / data.correlation_time_quantity == pytest.approx(efflux * STEP / CAPACITANCE / VT, rel=1e-6)


def test_two_leaks_off_equilibrium_have_the_shot_noise_of_their_currents() -> None:
    """Var V = e sum of g (V - E) coth((V - E) / 2 V_T) / (2 C sum of g): above kT / C.

    Seen to fail: a split by sign.
    """
    g, e = np.array([0.3, 0.02]), VT * np.log([4 / 140, 145 / 12])
    data = voltage(md.stationary_noise(passive(POTASSIUM, SODIUM, g=g)))
    mean = g @ e / g.sum()
    assert data.mean_quantity == pytest.approx(mean)
    shares = STEP * g * (mean - e) / np.tanh((mean - e) / (2 * VT)) / (2 * CAPACITANCE * g.sum())
    assert data.variance_quantity == pytest.approx(shares.sum(), rel=1e-7)
    assert data.variance_budget_quantity.values == pytest.approx(shares, rel=1e-7)
    assert shares.sum() > 1.05 * VT * STEP / CAPACITANCE


def test_two_membranes_through_a_resistor_each_have_the_noise_of_their_capacitance() -> None:
    """Whatever the resistance, and although one has no leak: no covariance. Seen to fail: a resistor without noise."""
    model = passive(POTASSIUM, **LEAK)
    spine = model.compartment("spine", 0.1)
    model.membrane("head", 1.0, inside=spine, outside="outside", voltage="-60 mV", capacitance="0.01 pF")
    model.resistor("neck", "plasma", "head", "0.5 Gohm")
    data = md.stationary_noise(model)
    names = ["plasma.voltage", "head.voltage"]
    found = data.covariance_quantity.sel(quantities=names, quantities_2=names)
    exact = np.diag([VT * STEP / CAPACITANCE, VT * STEP / 0.01])
    assert found.values == pytest.approx(exact, rel=1e-6, abs=1e-6)
    assert np.isnan(data.fano_factor.sel(species="charge.head"))
    assert "few_molecules" not in data.attrs


def test_the_variance_of_a_membrane_grows_to_that_of_its_capacitance() -> None:
    """From equilibrium on, kT / C (1 - exp(-2 t / R C)). Seen to fail: a split by sign."""
    rc = CAPACITANCE / 0.3 * 1e-3
    times = np.array([0.0, 0.1, 0.5, 2.0]) * rc
    start = float(-VT * np.log(35.0))
    data = voltage(md.linear_noise(passive(POTASSIUM, voltage=start, **LEAK), times))
    exact = VT * STEP / CAPACITANCE * (1 - np.exp(-2 * times / rc))
    assert data.variance_quantity.values == pytest.approx(exact, rel=1e-4, abs=1e-8)
    assert data.mean_quantity.values == pytest.approx([start] * 4)


@md.rate_law(rate="1/s", returns="1/s")
def steady(rate):
    return rate


def test_a_charge_that_nothing_leaks_back_is_refused_in_words() -> None:
    model = passive()
    for place in ("inside", "outside"):
        model.species("K", place, "5 mM", valence=1, clamped=True)
    model.reaction("K.inside -> K.outside", steady, rate="5 1/s", at="plasma", name="out")
    with pytest.raises(md.InstabilityError, match=r"elementary charges still changes by -5 per second(.|\n)*a leak"):
        md.stationary_noise(model)
    model.reaction("K.outside -> K.inside", steady, rate="5 1/s", at="plasma", name="in")
    with pytest.raises(
        md.InstabilityError, match=r"deviations in charge.plasma back, as where no current(.|\n)*a leak"
    ):
        md.stationary_noise(model)


# -- continuous variables --------------------------------------------------------------------------------------------


@md.rate_law(h="1", x="1", tau="s", returns="1/s")
def relaxing(h, x, tau):
    return (x - h) / tau


def test_a_gate_that_follows_a_noise_filters_it() -> None:
    """tau dh/dt = x - h, x births and deaths: Var h = Var x / (1 + g tau), slower by tau; the gate adds no noise.

    Before, while h rises, the covariance is that of the linear system. Seen to fail: noise of the gate's own row.
    """
    model = closed("gate", {"A": 40}, ("0 -> A", 60.0), ("A -> 0", 1.5))
    model.variable("h", 0.0, "1", relaxing, h="h", x="A", tau=2.0)
    drift, noise = np.array([[-1.5, 0.0], [0.5, -0.5]]), np.diag([120.0, 0.0])
    block = expm(np.block([[-drift, noise], [np.zeros((2, 2)), drift.T]]) * 0.7)
    early, late = (md.linear_noise(model, [0.0, 0.7, 40.0]).isel(time=i) for i in (1, 2))
    assert early.mean_quantity[0] == pytest.approx(40 * (1 - np.exp(-0.35)), rel=1e-5)
    assert early.variance_quantity[0] == pytest.approx((block[2:, 2:].T @ block[:2, 2:])[1, 1], rel=1e-4)
    rest = md.stationary_noise(model)
    for data in (late, rest):
        assert data.mean_counts.values == pytest.approx([40])
        assert data.mean_quantity.values == pytest.approx([40])
        assert data.variance_quantity.values == pytest.approx([40 / (1 + 1.5 * 2.0)], rel=1e-5)
        assert data.species.values.tolist() == ["A.cell"]
        assert data.quantities.values.tolist() == ["h"]
    assert rest.correlation_time_quantity[0] == pytest.approx(2.0 + 1 / 1.5)
    assert rest.variance_budget_quantity[:, 0].values == pytest.approx([5, 5])
    assert rest.source.values.tolist() == ["0 -> A", "A -> 0"]


@md.rate_law(h="1", rate="1/s", returns="1/s")
def opened(h, rate):
    return rate * h


def test_noise_comes_back_through_a_gate() -> None:
    """dA = k - g A, and A is made at r h, tau dh/dt = A - h: two equations, solved by hand for their covariance."""
    r, g, tau = 0.8, 1.5, 2.0
    model = closed("back", {"A": 40}, ("0 -> A", 28.0), ("A -> 0", g))
    model.variable("h", 40.0, "1", relaxing, h="h", x="A", tau=tau)
    model.reaction("0 -> A", opened, h="h", rate=r, at="cell", name="made")
    data = md.stationary_noise(model)
    # -g v + r c + g 40 = 0;  v - c - g tau c + r tau w = 0;  c = w
    mixed = g * 40 / (g * (1 + g * tau - r * tau) - r)
    assert data.mean_quantity[0] == pytest.approx(40)
    assert data.variance_quantity[0] == pytest.approx(mixed)
    assert data.variance_counts[0] == pytest.approx(mixed * (1 + g * tau - r * tau))


@md.rate_law(a="1", b="1", k="1/s", returns="1/s")
def difference(a, b, k):
    return k * (a - b)


def test_a_negative_rate_of_a_one_way_reaction_is_refused_by_name() -> None:
    """A net flux without affinity= says nothing of its noise."""
    model = closed("unsaid", {"A": 40, "B": 10}, ("A -> 0", 0.5), ("0 -> B", 30.0), ("B -> 0", 0.5))
    model.reaction("A -> B", difference, a="A", b="B", k=1.0, name="flow")
    with pytest.raises(md.RequestError, match=r"reaction 'flow'(.|\n)*events per second(.|\n)*affinity="):
        md.stationary_noise(model)
    with pytest.raises(md.SimulationError, match=r"reaction 'flow' has the negative rate"):
        md.linear_noise(model, 20)


@md.rate_law(t="s", rate="1/s^2", returns="1/s")
def rising(t, rate):
    return rate * t


def test_laws_of_time_are_followed_over_time() -> None:
    """Births at the rate 6 t: Poisson, of the mean 3 t^2, also across an edge of an input and from a late start.

    Seen to fail: noise of time's own row.
    """
    model = closed("rising", {"A": 0})
    model.input("drive", md.step(1.0, 2.0, 5.0), unit="uM")
    model.reaction("0 -> A", rising, t="time", rate=6.0, at="cell")
    data = md.linear_noise(model, [0.5, 1.0, 2.0, 3.0])
    exact = 3 * (np.array([0.5, 1.0, 2.0, 3.0]) ** 2 - 0.25)
    assert data.mean_counts[:, 0].values == pytest.approx(exact, rel=1e-6)
    assert data.variance_counts[:, 0].values == pytest.approx(exact, rel=1e-5)
    assert data.quantities.size == 0
