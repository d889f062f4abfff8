"""The simulators of the speed benchmark: each takes a `Case` and returns counts and, if it knows, events.

Everything a simulator lets one do beforehand (parsing, compiling) is done in its constructor.
"""

from __future__ import annotations

import ctypes
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from benchmarks.speed_models import OMEGA_PER_FL, Case

HAND_WRITTEN = Path(__file__).parent / "hand_written"
COMPILER_FLAGS = ("-O3", "-march=native", "-shared", "-fPIC")


class Simulator(Protocol):
    label: str

    def __init__(self, case: Case) -> None: ...

    def run(self, end: float, points: int, trajectories: int, seed: int) -> tuple[np.ndarray, int | None]:
        """Counts of shape (trajectory, time, species of the case), and the reactions fired if known."""
        ...


class HandWritten:
    """A kernel in C for this one model, compiled for this machine."""

    label = "hand-written C"

    def __init__(self, case: Case) -> None:
        self.species = len(case.initial)
        with tempfile.TemporaryDirectory() as folder:
            library = Path(folder) / "kernel.so"
            source = HAND_WRITTEN / f"{case.name.replace('-', '_')}.c"
            subprocess.run(["cc", *COMPILER_FLAGS, "-o", library, source, "-lm"], check=True)
            self.library = ctypes.CDLL(str(library))
        self.library.simulate.restype = ctypes.c_longlong
        self.library.simulate.argtypes = [
            ctypes.c_double, ctypes.c_int, ctypes.c_int, ctypes.c_uint64, ctypes.c_void_p
        ]  # fmt: skip

    def run(self, end: float, points: int, trajectories: int, seed: int) -> tuple[np.ndarray, int | None]:
        counts = np.empty((trajectories, points, self.species), dtype=np.int32)
        return counts, self.library.simulate(end, points, trajectories, seed, counts.ctypes.data)


class Microdomain:
    """This project's Gillespie engine, through its front door."""

    label = "microdomain"

    def __init__(self, case: Case) -> None:
        import microdomain as md

        self.simulate = md.simulate
        if case.name == "ip3-microdomain":
            self.model = md.models.ip3_microdomain(ip3="0.2 uM")
        else:
            self.model = md.Model(case.name)
            cell = self.model.compartment("cell", volume=1 / OMEGA_PER_FL)  # one molecule is 1 uM
            for name, count in case.initial.items():
                self.model.species(name, cell, count=count)
            for reactants, products, rate in case.reactions:
                self.model.reaction(f"{_side(reactants)} -> {_side(products)}", k=rate)
        self.species = list(case.initial)

    def run(self, end: float, points: int, trajectories: int, seed: int) -> tuple[np.ndarray, int | None]:
        data = self.simulate(
            self.model, np.linspace(0, end, points),
            engine="gillespie", trajectories=trajectories, seed=seed, workers=1,
        )  # fmt: skip
        return self._in_order(data), int(data["events"].sum())

    def _in_order(self, data: Any) -> np.ndarray:
        """Counts in the order of the case; of the microdomain, open channels as three subunits of one channel."""
        names = {str(name): i for i, name in enumerate(data["species"].values)}
        counts = data["counts"].values
        if f"{self.species[0]}.cell" in names:
            order = [names[f"{species}.cell"] for species in self.species]
            return counts if order == sorted(order) else counts[..., order]
        ordered = np.zeros((*counts.shape[:2], len(self.species)))
        for i, name in enumerate(("Ca.cytosol", "Ca.er", "SERCA.free", "SERCA.bound")):
            ordered[..., i] = counts[..., names[name]]
        ordered[..., self.species.index("c0s110")] = 3 * (data["quantity"].values[..., 0] > 0)
        return ordered


class Rebop:
    """rebop, compiled Rust; the time includes its labelled result."""

    label = "rebop"
    sparse: bool | None = None

    def __init__(self, case: Case) -> None:
        import rebop

        self.initial = case.initial
        self.model = rebop.Gillespie()
        for reactants, products, rate in case.reactions:
            self.model.add_reaction(rate, list(reactants), list(products))

    def run(self, end: float, points: int, trajectories: int, seed: int) -> tuple[np.ndarray, int | None]:
        counts = np.empty((trajectories, points, len(self.initial)))
        for trajectory, child in enumerate(np.random.SeedSequence(seed).spawn(trajectories)):
            self._one(counts[trajectory], end, points - 1, child)
        return counts, None

    def _one(self, counts: np.ndarray, end: float, steps: int, seed: np.random.SeedSequence) -> None:
        data = self.model.run(self.initial, end, steps, rng=seed, sparse=self.sparse)
        for column, name in enumerate(self.initial):
            counts[:, column] = data[name].values


class RebopSparse(Rebop):
    """rebop told to keep reactions sparse, which it does not choose by itself for the larger models here."""

    label = "rebop, sparse"
    sparse = True


class RebopCore(Rebop):
    """The compiled object inside rebop's class, without the labelled result: not public, but fastest."""

    label = "rebop, inner object"

    def _one(self, counts: np.ndarray, end: float, steps: int, seed: np.random.SeedSequence) -> None:
        core = self.model.gillespie
        core.set_init(self.initial)
        number = int(seed.generate_state(1, np.uint64)[0])
        _, values = core.run(end, steps, params={}, seed=number, sparse=self.sparse, var_names=None)
        for column, name in enumerate(self.initial):
            counts[:, column] = values[name]


class Bioscrape:
    """bioscrape, compiled Cython, through one interface that is built once."""

    label = "bioscrape"

    def __init__(self, case: Case) -> None:
        from bioscrape.random import py_seed_random
        from bioscrape.simulator import ModelCSimInterface, SSASimulator
        from bioscrape.types import Model

        reactions = [
            (
                list(r),
                list(p),
                *(("massaction", {"k": k}) if isinstance(k, float) else ("general", {"rate": k})),
            )
            for r, p, k in case.reactions
        ]
        self.names = list(case.initial)
        self.model = Model(species=self.names, reactions=reactions, initial_condition_dict=case.initial)
        self.interface = ModelCSimInterface(self.model)
        self.simulator = SSASimulator()
        self.seed = py_seed_random
        self.columns = [self.model.get_species_index(name) for name in self.names]

    def run(self, end: float, points: int, trajectories: int, seed: int) -> tuple[np.ndarray, int | None]:
        times = np.linspace(0, end, points)
        self.seed(seed)
        self.interface.py_set_dt(times[1])
        results = [self.simulator.py_simulate(self.interface, times) for _ in range(trajectories)]
        return np.stack([result.py_get_result() for result in results])[..., self.columns], None


class GillesPy2:
    """GillesPy2's C++ SSA solver as shipped: compiled beforehand; each call starts a process."""

    label = "GillesPy2 C++"

    def __init__(self, case: Case) -> None:
        import gillespy2

        os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # finds scons
        model = gillespy2.Model(name=re.sub(r"\W", "_", case.name))
        model.add_species([gillespy2.Species(name=s, initial_value=n) for s, n in case.initial.items()])
        for number, (reactants, products, rate) in enumerate(case.reactions):
            sides = {"reactants": dict(Counter(reactants)), "products": dict(Counter(products))}
            if isinstance(rate, float) and len(reactants) <= 2:
                constant = gillespy2.Parameter(name=f"k{number}", expression=repr(rate))
                model.add_parameter(constant)
                model.add_reaction(gillespy2.Reaction(name=f"r{number}", rate=constant, **sides))
            else:
                law = rate if isinstance(rate, str) else "*".join([repr(rate), *falling(reactants)])
                model.add_reaction(gillespy2.Reaction(name=f"r{number}", propensity_function=law, **sides))
        self.names = list(case.initial)
        self.solver = gillespy2.SSACSolver(model=model, variable=False)

    def run(self, end: float, points: int, trajectories: int, seed: int) -> tuple[np.ndarray, int | None]:
        self.solver.model.tspan = None  # the run before left its own there
        results = self.solver.run(
            t=end, increment=end / (points - 1), number_of_trajectories=trajectories, seed=seed
        )  # fmt: skip
        return np.stack([np.column_stack([r[name] for name in self.names]) for r in results]), None


def _side(species: tuple[str, ...]) -> str:
    return " + ".join(f"{n} {s}" if n > 1 else s for s, n in Counter(species).items()) or "0"


def falling(reactants: tuple[str, ...]) -> list[str]:
    return [f"({s}-{i})" if i else s for s, n in Counter(reactants).items() for i in range(n)]


PEERS = (Rebop, RebopSparse, RebopCore, Bioscrape, GillesPy2)
SIMULATORS = (Microdomain, *PEERS, HandWritten)
PACKAGES = (
    "microdomain", "rebop", "bioscrape", "gillespy2", "copasi-basico", "bionetgen", "libroadrunner",
    "numpy", "numba", "scipy",
)  # fmt: skip


def versions() -> dict[str, str]:
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except ModuleNotFoundError:
            found[package] = "not installed"
    return found
