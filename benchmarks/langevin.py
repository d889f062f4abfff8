"""python -m benchmarks.langevin: bias of the chemical Langevin engine against exact moments, its order, and its speed.

Draws docs/figures/langevin.png and prints what it measured.
"""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

import microdomain as md

FIGURE = Path(__file__).resolve().parents[1] / "docs" / "figures" / "langevin.png"
ONE_PER_UM = 1 / 602.214076
"""The volume in fL in which 1 uM is one molecule."""
SAMPLES = 200
"""Trajectories of each measurement; each is sampled at 300 times, two relaxation times apart."""
TIMES = np.arange(0.0, 600.0, 2.0)
MEANS = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
STEPS = (1.2, 1.0, 0.7, 0.5, 0.35, 0.25)


def birth_death(mean: float) -> md.Model:
    """0 -> A -> 0: Poisson."""
    model = md.Model("birth and death")
    model.species("A", model.compartment("cell", ONE_PER_UM), count=round(mean))
    model.reaction("0 -> A", k=mean)
    model.reaction("A -> 0", k=1.0)
    return model


def dimers(mean: float) -> md.Model:
    """0 -> A, 2 A -> 0 about this mean."""
    model = md.Model("births and dimers")
    model.species("A", model.compartment("cell", ONE_PER_UM), count=round(mean))
    model.reaction("0 -> A", k=mean / 2)
    model.reaction("2 A -> 0", k=1 / (4 * mean))
    return model


def pair(mean: float) -> md.Model:
    """A <-> B with this mean of A and twice as many of B: binomial."""
    model = md.Model("closed pair")
    cell = model.compartment("cell", ONE_PER_UM)
    model.species("A", cell, count=round(3 * mean))
    model.species("B", cell)
    model.reaction("A <-> B", k=2 / 3, k_back=1 / 3)
    return model


def exact(model: md.Model) -> tuple[float, float]:
    """Stationary mean and variance of A by the master equation of a network of one degree of freedom."""
    network = model.network()
    start, scale = round(network.initial[0]), network.coefficients(network.values(0.0))
    most = start if len(network.species) == 2 else 10 * start + 60
    generator = np.zeros((most + 1, most + 1))
    for j, k in enumerate(scale):
        for n in range(most + 1):
            state = (n, start - n)
            rate = k
            for i, order in network.reactants.row(j):
                rate *= np.prod([state[i] - m for m in range(int(order))])
            target = n + int(dict(network.changes.row(j))[0])
            if rate > 0 and target <= most:
                generator[n, target] += rate
                generator[n, n] -= rate
    system = np.vstack([generator.T, np.ones(most + 1)])
    found = np.linalg.lstsq(system, np.append(np.zeros(most + 1), 1.0), rcond=None)[0]
    n = np.arange(most + 1)
    mean = float(found @ n)
    return mean, float(found @ (n - mean) ** 2)


def samples(model: md.Model, **options: object) -> np.ndarray:
    data = md.simulate(model, TIMES, engine="langevin", trajectories=SAMPLES, seed=1, workers=1, **options)
    return data.counts.values[:, 10:, 0]


def euler_with_clipping(mean: float, steps: int = 10) -> np.ndarray:
    """Birth and death by the step of Euler and Maruyama, of 0.1 s, and counts below 0 set to 0: what is often done."""
    random, found = np.random.default_rng(1), []
    n, h = np.full(20 * SAMPLES, float(mean)), 1 / steps
    for step in range(30 * 2 * steps):
        noise = random.standard_normal((2, len(n)))
        n = n + (mean - n) * h + np.sqrt(mean * h) * noise[0] + np.sqrt(n * h) * noise[1]
        n = np.maximum(n, 0.0)
        if step >= 20 * steps and step % (2 * steps) == 0:
            found.append(n)
    return np.array(found)


def biases() -> dict[str, list[tuple[float, float, float]]]:
    """Mean copy number, and relative biases of mean and variance, by network."""
    rows: dict[str, list[tuple[float, float, float]]] = {}
    for make in (birth_death, dimers, pair):
        for mean in MEANS:
            if make is not birth_death and mean < 1.0:
                continue
            model = make(mean)
            m, v = exact(model)
            found = samples(model)
            rows.setdefault(model.name, []).append((m, found.mean() / m - 1, found.var() / v - 1))
    name = "birth and death, Euler and clipping"
    for mean in MEANS:
        found = euler_with_clipping(mean)
        rows.setdefault(name, []).append((mean, found.mean() / mean - 1, found.var() / mean - 1))
    return rows


def orders() -> list[tuple[float, float, float]]:
    """Step in relaxation times, and error of the variance, where every step is recorded and where every 20th is."""
    found = []
    for z in STEPS:
        errors = []
        for every, trajectories in ((1, 100), (20, 100)):
            times = np.arange(4000) * z * every
            model = birth_death(1e6)
            data = md.simulate(model, times, engine="langevin", trajectories=trajectories, seed=2, step=z, workers=1)
            errors.append(float(((data.counts.values[:, 20:, 0] / 1e3 - 1e3).var()) - 1))
        found.append((z, errors[0], errors[1]))
    return found


def timed(work, *arguments: object) -> float:
    """Seconds of processor time, the least of three."""
    work(*arguments)
    best = np.inf
    for _ in range(3):
        start = time.process_time()
        work(*arguments)
        best = min(best, time.process_time() - start)
    return best


def closed_dimers(molecules: int) -> md.Model:
    """2 A <-> B, with a third of the molecules in B."""
    model = md.Model("closed dimers")
    cell = model.compartment("cell", ONE_PER_UM)
    model.species("A", cell, count=molecules)
    model.species("B", cell)
    model.reaction("2 A <-> B", k=0.5 / molecules, k_back=1.0)
    return model


def ensemble(model: md.Model, engine: str, trajectories: int):
    return md.simulate(model, np.linspace(0.0, 20.0, 11), engine=engine, trajectories=trajectories, seed=1, workers=1)


def speeds() -> None:
    """Seconds for 1000 trajectories of 20 s of closed dimers, by engine and number of molecules."""
    print("\nmolecules   langevin   gillespie   ns per reaction and step   events per step")
    for molecules in (10, 100, 1000, 10_000, 100_000):
        model, few = closed_dimers(molecules), min(1000, max(1, 100_000 // molecules))
        langevin = timed(ensemble, model, "langevin", 1000)
        gillespie = timed(ensemble, model, "gillespie", few) * 1000 / few
        steps = ensemble(model, "langevin", 100).steps.values.mean()
        events = ensemble(model, "gillespie", few).events.values.mean()
        each = langevin / steps / 1000 / 2 * 1e9
        print(f"{molecules:9d} {langevin:8.4f} s {gillespie:9.4f} s {each:14.0f} {events / steps:24.1f}")
    try:
        import gillespy2
    except ImportError:
        print("GillesPy2 is not installed: skipped")
        return
    peer = gillespy2.Model("dimers")
    peer.add_species([gillespy2.Species(name, count, mode="continuous") for name, count in (("A", 1000), ("B", 0))])
    peer.add_parameter([gillespy2.Parameter("k", "0.0005"), gillespy2.Parameter("b", "1.0")])
    binding = gillespy2.Reaction("on", {"A": 2}, {"B": 1}, propensity_function="k*A*(A-1)")
    peer.add_reaction([binding, gillespy2.Reaction("off", {"B": 1}, {"A": 2}, rate="b")])
    peer.timespan(gillespy2.TimeSpan(np.linspace(0.0, 20.0, 11)))
    solver = gillespy2.CLESolver(model=peer)
    seconds = timed(lambda: solver.run(number_of_trajectories=1, seed=1)) * 1000
    print(f"     1000 {seconds:6.0f} s by the CLE solver of GillesPy2 {gillespy2.__version__}")


def draw(rows: dict[str, list[tuple[float, float, float]]], order: list[tuple[float, float, float]]) -> None:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 3, figsize=(11, 3.4), layout="constrained")
    for name, found in rows.items():
        values = np.array(found)
        style = "k:" if "clipping" in name else "o-"
        for axis, column in ((axes[0], 1), (axes[1], 2)):
            axis.plot(values[:, 0], 100 * values[:, column], style, markersize=4, label=name)
    for axis, title in ((axes[0], "bias of the mean"), (axes[1], "bias of the variance")):
        axis.set(xscale="log", xlabel="mean number of molecules", ylabel="%", title=title, ylim=(-15, 15))
        axis.axhline(0.0, color="0.8", zorder=0)
    axes[0].legend(fontsize=7)
    z, every, between = np.abs(np.array(order)).T
    axes[2].loglog(z, every, "o", label="every step recorded")
    axes[2].loglog(z, between, "s", label="every 20th")
    half, whole = 1 - z / 2 + z**2 / 8, 1 - z + z**2 / 2
    axes[2].loglog(z, 1 - 2 * z * half**2 / (1 - half**4), "k-", linewidth=0.8, label="exact: z^2 / 8 + ...")
    axes[2].loglog(z, 2 * z * half**2 / (1 - whole**2) - 1, "k--", linewidth=0.8, label="exact: z^4 / 64 + ...")
    axes[2].axhspan(1e-5, 2.5e-3, color="0.9", label="sampling error")
    axes[2].set(xlabel="step z (relaxation times)", title="relative error of the variance", ylim=(2e-4, 1))
    axes[2].set_xticks([0.25, 0.5, 1.0], ["0.25", "0.5", "1"])
    axes[2].minorticks_off()
    axes[2].legend(fontsize=7)
    figure.savefig(FIGURE, dpi=130)


def main() -> None:
    rows, order = biases(), orders()
    for name, found in rows.items():
        print(f"\n{name}: exact mean, bias of mean, bias of variance")
        for mean, first, second in found:
            print(f"{mean:9.2f} {100 * first:8.2f} % {100 * second:8.2f} %")
    print("\nstep   error of the variance, every step recorded, every 20th")
    for z, every, between in order:
        print(f"{z:4.2f} {100 * every:9.2f} % {100 * between:9.2f} %")
    draw(rows, order)
    speeds()


if __name__ == "__main__":
    main()
