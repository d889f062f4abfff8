"""IP3 made and removed: the reduced model of De Pitta et al. 2009 and the explicit Gq cascade, against known courses.

Expected values were computed from the published equations by programs that share nothing with this one.
"""

import numpy as np
import pytest
from scipy.optimize import brentq

import microdomain as md
from engines.views import Views


def cycle(model: md.Model) -> tuple[float, float, float]:
    """Least and largest calcium in uM and the period in s of what is left after 500 s; no period at rest: nan."""
    grid = np.concatenate([[0.0], np.linspace(500, 700, 20001)])
    data = md.simulate(model, grid, engine="ode", progress=False)
    ca = data.concentration.sel(species="Ca.cytosol").values[0, 1:]
    peaks = np.flatnonzero((ca[:-2] < ca[1:-1]) & (ca[1:-1] >= ca[2:])) + 1
    period = np.diff(grid[1:][peaks]).mean() if len(peaks) > 1 and np.ptp(ca) > 1e-3 else np.nan
    return float(ca.min()), float(ca.max()), float(period)


@pytest.mark.parametrize(
    ("kind", "glutamate", "least", "most", "period"),
    [
        ("AM", 0.1, 0.097, 0.371, 10.72), ("AM", 0.5, 0.099, 0.484, 8.96), ("AM", 1.0, 0.105, 0.526, 8.49),
        ("AM", 2.5, 0.123, 0.569, 8.11), ("FM", 0.1, 0.0295, 0.963, 19.49), ("FM", 0.5, 0.0299, 1.054, 13.61),
        ("FM", 5.0, 0.0312, 1.131, 11.79),
    ],
)  # fmt: skip
def test_oscillations_of_the_reduced_model(
    kind: str, glutamate: float, least: float, most: float, period: float
) -> None:
    found = cycle(md.models.g_chi_cell(glutamate, kind))
    assert found[:2] == pytest.approx((least, most), abs=6e-4)
    assert found[2] == pytest.approx(period, abs=0.011)


@pytest.mark.parametrize(
    ("kind", "glutamate", "ca", "ip3"),
    [
        ("AM", 0.001, 0.0806, 0.1938), ("AM", 0.002, 0.0906, 0.2259), ("AM", 5.0, 0.3906, 0.8001),
        ("AM", 20.0, 0.4285, 0.9151), ("FM", 0.001, 0.0298, 0.1279),
    ],
)  # fmt: skip
def test_rest_of_the_reduced_model(kind: str, glutamate: float, ca: float, ip3: float) -> None:
    data = md.simulate(md.models.g_chi_cell(glutamate, kind), [0.0, 5000.0], engine="ode", progress=False)
    found = data.concentration.sel(species=["Ca.cytosol", "IP3.cytosol"]).values[0, -1]
    assert found == pytest.approx([ca, ip3], abs=1.1e-4)


def test_a_square_wave_of_glutamate_gives_eight_peaks() -> None:
    """From 2 nM to 5 uM for 62.5 s: times in s after the step, and the first and the last height in uM."""
    model = md.models.g_chi_cell(md.pulse(1000.0, 62.5, 5.0, 0.002), "AM")
    grid = np.concatenate([[0.0], np.linspace(1000, 1062.5, 12501)])
    data = md.simulate(model, grid, engine="ode", progress=False)
    ca = data.concentration.sel(species="Ca.cytosol").values[0, 1:]
    peaks = np.flatnonzero((ca[:-2] < ca[1:-1]) & (ca[1:-1] >= ca[2:])) + 1
    expected = [3.11, 10.64, 18.44, 26.28, 34.10, 41.88, 49.62, 57.32]
    assert grid[1:][peaks] - 1000 == pytest.approx(expected, abs=0.03)
    assert ca[peaks][[0, -1]] == pytest.approx([0.615, 0.486], abs=2e-3)


def test_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="found kind='PM'; allowed: 'AM', 'FM'"):
        md.models.g_chi_cell(1.0, "PM")


@pytest.mark.parametrize(("ip3", "least", "most", "period"), [(0.2, 0.1272, 0.3856, 28.2), (0.3, 0.1412, 0.5793, 23.1)])
def test_oscillations_of_the_open_cell(ip3: float, least: float, most: float, period: float) -> None:
    assert cycle(md.models.open_cell(ip3)) == pytest.approx((least, most, period), rel=6e-3)


@pytest.mark.parametrize(("ip3", "ca"), [(0.375, 0.397), (0.5, 0.479)])
def test_rest_of_the_open_cell_under_much_ip3(ip3: float, ca: float) -> None:
    data = md.simulate(md.models.open_cell(ip3), [0.0, 5000.0], engine="ode", progress=False)
    assert float(data.concentration.sel(species="Ca.cytosol")[0, -1]) == pytest.approx(ca, abs=1e-3)


def test_the_open_cell_rests_where_it_was_published_to() -> None:
    """Calcium, calcium of both per volume, and h: the published start, which a Hill exponent of 2 would move."""
    data = md.simulate(md.models.open_cell(0.0), [0.0, 5000.0], engine="ode", progress=False).isel(
        trajectory=0, time=-1
    )
    ca, er = (float(data.concentration.sel(species=f"Ca.{place}")) for place in ("cytosol", "er"))
    assert (ca, ca + er / 5.4054, float(data.quantity[0])) == pytest.approx((0.08654, 36.491, 0.62551), abs=6e-4)
    assert ca == pytest.approx(0.08654, abs=1e-5)


def test_a_transient_of_ip3_has_its_shape() -> None:
    course = md.models.ip3_transient()
    times, values = np.array(course.edges, dtype=float), np.array(course.values, dtype=float)
    assert (times[0], times[-1]) == (20.0, 134.0)
    assert values.max() == pytest.approx(0.375, rel=0.03)
    assert values[-2] == pytest.approx(0.005, rel=0.05)
    assert (values[0], values[-1]) == (0.0, 0.0)


def cascade(ca: float, spikes: int) -> md.Model:
    """The cascade at a held calcium in uM, under spikes of glutamate at 5 Hz from 600 s on."""
    model = md.Model("cascade")
    cytosol, outside = model.compartment("cytosol", 1000.0), model.compartment("outside", 1000.0)
    model.species("Ca", cytosol, ca, clamped=True)
    model.species("IP3", cytosol, 0.1)
    course = md.alpha_pulses([600 + i / 5 for i in range(spikes)], 300.0, 1e-3)
    model.species("glutamate", outside, clamped=model.input("glutamate_course", course, "uM"))
    model.add(md.mechanisms.GqCascade(), name="Gq", cytosol=cytosol, outside=outside)
    return model


@pytest.mark.parametrize(
    ("ca", "spikes", "peak", "when"),
    [(0.05, 1, 1.00, 0.77), (0.05, 5, 1.85, 1.19), (0.05, 20, 2.24, 3.96), (0.1, 1, 1.10, None), (0.1, 20, 2.24, None)],
)
def test_the_cascade_makes_ip3(ca: float, spikes: int, peak: float, when: float | None) -> None:
    grid = np.concatenate([[0.0], np.linspace(600, 606, 3001)])
    data = md.simulate(cascade(ca, spikes), grid, engine="ode", progress=False)
    ip3 = data.concentration.sel(species="IP3.cytosol").values[0]
    assert ip3.max() == pytest.approx(peak, abs=0.0051)
    assert ip3[1] == pytest.approx({0.05: 0.100, 0.1: 0.1108}[ca], abs=5e-4)
    if when is not None:
        assert grid[ip3.argmax()] - 600 == pytest.approx(when, abs=0.015)


def test_the_cascade_keeps_what_it_is_made_of() -> None:
    """Receptors, alpha and beta-gamma subunits, phospholipase and both enzymes of IP3 are conserved, in jumps too."""
    model = cascade(0.05, 5).changed(volumes={"cytosol": 0.1})
    data = md.simulate(model, [0.0, 600.0, 602.0], engine="gillespie", seed=1, progress=False).isel(trajectory=0)
    parts = {
        "receptors": ("R", "LR", "RGq", "LRGq"),
        "alpha": ("Gq", "RGq", "LRGq", "GaGTP", "GaGDP", "GPLCP", "CGPLCP", "CGPLC"),
        "beta-gamma": ("Gq", "RGq", "LRGq", "Gbg"),
        "phospholipase": ("PLCP", "CPLCP", "GPLCP", "CGPLCP", "CPLC", "CGPLC"),
        "kinase": ("IP3K", "IP3K2", "IP3K2_IP3"),
        "phosphatase": ("IP5P", "IP5P_IP3"),
    }
    for name, members in parts.items():
        totals = data.counts.sel(species=[f"Gq.{member}" for member in members]).sum("species").values
        assert np.ptp(totals) == 0, name
        assert totals[0] > 0


def test_spikes_that_would_overlap_are_refused() -> None:
    with pytest.raises(ValueError, match="found spikes closer than 12 tau"):
        md.alpha_pulses([0.0, 0.005], 300.0, 1e-3)


def test_a_pulse_of_glutamate_moves_calcium() -> None:
    """Calcium rises well above its rest after five spikes, and has come back two minutes later."""
    grid = np.concatenate([np.linspace(0, 59, 60), np.linspace(60, 75, 1501), [200.0]])
    data = md.simulate(md.models.gq_cell(volume=1000.0), grid, engine="ode", progress=False)
    ca = data.concentration.sel(species="Ca.cytosol").values[0]
    assert ca.max() > 3 * ca[59]
    assert ca[-1] == pytest.approx(ca[59], rel=0.1)


def test_the_cell_on_one_page_is_that_of_li_and_rinzel() -> None:
    """At the IP3 that glutamate makes, 0.5 uM, it goes round the limit cycle of the model of mechanisms."""
    found = cycle(md.models.basic_calcium_cell(glutamate=5.0))
    assert found == pytest.approx(cycle(md.models.li_rinzel_cell(ip3=0.5)), rel=2e-3)
    assert found == pytest.approx((0.1077, 0.4446, 11.49), rel=2e-3)
    resting = cycle(md.models.basic_calcium_cell(glutamate=1.0))
    assert np.isnan(resting[2])


@pytest.mark.parametrize(("ip3", "least", "most", "period"), [(0.4, 0.1050, 0.3130, 12.77), (0.6, 0.1357, 0.5, 10.96)])
def test_limit_cycles_of_li_and_rinzel(ip3: float, least: float, most: float, period: float) -> None:
    assert cycle(md.models.li_rinzel_cell(ip3=ip3)) == pytest.approx((least, most, period), rel=2e-3)


def test_hopf_points_of_li_and_rinzel() -> None:
    """Where the largest real part of the eigenvalues of the Jacobian at the fixed point passes 0: uM of IP3."""

    def growth(ip3: float) -> float:
        network = md.models.li_rinzel_cell(ip3=ip3).network()
        views, n = Views(network), network.initial.copy()
        i, j, k = (network.species.index(name) for name in ("Ca.cytosol", "Ca.er", "IP3R.h"))
        total = n[i] + n[j]

        def at(ca: float) -> np.ndarray:
            q2 = 1.049 * (ip3 + 0.13) / (ip3 + 0.9434)
            state = n.copy()
            state[i], state[k] = ca * network.omega[i], q2 / (q2 + ca)
            state[j] = total - state[i]
            return state

        rest = at(brentq(lambda ca: views.drift(at(ca))[i], 0.01, 1.5, xtol=1e-14))
        reduced = views.jacobian(rest).toarray()
        free = np.array([[1, 0], [-1, 0], [0, 1]])  # calcium is conserved
        rows = [i, k]
        return float(np.linalg.eigvals(reduced[np.ix_(rows, [i, j, k])] @ free).real.max())

    low, high = brentq(growth, 0.30, 0.45, xtol=1e-9), brentq(growth, 0.55, 0.75, xtol=1e-9)
    assert (low, high) == pytest.approx((0.35453, 0.63688), abs=6e-6)


@pytest.mark.parametrize(("cascade", "rises"), [("GsCascade", True), ("GiCascade", False)])
def test_cyclic_amp_follows_the_kind_of_g_protein(cascade: str, rises: bool) -> None:
    """A ligand raises cAMP by way of Gs and lowers it by way of Gi; G protein and cyclase are conserved."""
    rest = {}
    for ligand in (0.0, 1.0):
        model = md.Model("camp")
        cytosol, outside = model.compartment("cytosol", 1.0), model.compartment("outside", 1.0)
        model.species("Ca", cytosol, 0.06, clamped=True)
        model.species("cAMP", cytosol, 0.03)
        model.species("ligand", outside, ligand, clamped=True)
        model.add(md.mechanisms.MECHANISMS[cascade](), name="G", cytosol=cytosol, outside=outside)
        model.add(md.mechanisms.Phosphodiesterases(), name="PDE", cytosol=cytosol)
        data = md.simulate(model, [0.0, 2000.0], engine="ode", progress=False).isel(trajectory=0)
        rest[ligand] = float(data.concentration.sel(species="cAMP.cytosol")[-1])
        names = data.species.values.tolist()
        for members in ([n for n in names if n.startswith("G.AC")], ["G.G", "G.LRG", "G.Gbg"]):
            total = data.counts.sel(species=members).sum("species").values
            assert total[1] == pytest.approx(total[0], rel=1e-9)
    assert rest[1.0] > 2 * rest[0.0] if rises else rest[1.0] < rest[0.0] / 2
