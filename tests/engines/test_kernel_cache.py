"""Compiled code on disk: an edited law is never answered by the old one, and nothing is compiled twice."""

import ctypes
import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numba.core import event

import microdomain as md
from engines import kernel
from engines.derivatives import gradient_address
from engines.straight_line import machine
from mechanisms import maths
from mechanisms.law import rate_law
from mechanisms.network import Network

KEPT = re.compile(r"\.nb[ic]$|^microdomain_straight_")
"""The files that hold machine code."""
REPOSITORY = Path(__file__).resolve().parents[2]

MODEL = """
    import microdomain as md
    from helper import saturation

    POWER = 2

    @md.rate_law(a="uM", v="uM/s", half="uM", returns="uM/s")
    def uptake(a, v, half):
        return v * saturation(a, half) ** POWER

    def model():
        m = md.Model("edited")
        m.species("A", m.compartment("cytosol", 0.5), count=200)
        m.reaction("A -> 0", uptake, a="A", v="0.5 uM/s", half="0.2 uM")
        return m
"""
HELPER = """
    WEIGHT = 1.0

    def saturation(a, half):
        return a / (WEIGHT * half + a)
"""
RUN = """
    import json, sys
    from numba.core import event
    import microdomain as md
    from model import model

    with event.install_recorder("numba:run_pass") as passes:
        path = md.simulate(model(), [0.0, 0.2, 0.4], engine="gillespie", seed=3, progress=False)
        solution = md.simulate(model(), [0.0, 0.2, 0.4], engine="ode", progress=False)
    print(json.dumps({
        "path": path.counts.values.ravel().tolist(),
        "solution": solution.counts.values.ravel().tolist(),
        "passes": len(passes.buffer),
    }))
"""


@pytest.fixture(scope="module")
def loops() -> Path:
    """The folder of the compiled loops, compiled here if they are not yet: it holds no law."""
    simple = md.Model("simple")
    simple.species("A", simple.compartment("cytosol", 1.0), count=2)
    simple.reaction("A -> 0", k=1.0)
    for engine in ("gillespie", "ode"):
        md.simulate(simple, [0.0, 1.0], engine=engine, progress=False)
    return Path(str(kernel.loops("table").__file__)).parent


def run(project: Path) -> dict[str, Any]:
    """Run the model in a new process, and look at the files of the cache; Python itself may not keep an old helper."""
    environment = os.environ | {
        "MICRODOMAIN_CACHE": str(project / "cache"),
        "PYTHONPATH": str(REPOSITORY),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = subprocess.run(
        [sys.executable, "run.py"], cwd=project, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    files = {(str(path), path.stat().st_mtime_ns) for path in (project / "cache").rglob("*") if KEPT.search(path.name)}
    found: dict[str, Any] = json.loads(done.stdout) | {"files": files}
    return found


def edit(project: Path, name: str, old: str, new: str) -> None:
    text = (project / name).read_text()
    assert old in text
    (project / name).write_text(text.replace(old, new))


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory, loops: Path) -> dict[str, dict[str, Any]]:
    """What five processes found, one after another, with edits between them."""
    project = tmp_path_factory.mktemp("project")
    shutil.copytree(loops, project / "cache" / loops.name)
    for name, text in (("model.py", MODEL), ("helper.py", HELPER), ("run.py", RUN)):
        (project / name).write_text(textwrap.dedent(text))
    found = {"first": run(project)}
    edit(project, "model.py", '"cytosol", 0.5', '"cytosol", 0.7')
    edit(project, "model.py", "count=200", "count=350")
    edit(project, "model.py", '"0.5 uM/s"', '"30 nM/ms"')
    found["values"] = run(project)
    (project / "model.py").write_text(textwrap.dedent(MODEL))
    edit(project, "model.py", "POWER = 2", "POWER = 3")
    found["law"] = run(project)
    edit(project, "helper.py", "WEIGHT * half + a", "WEIGHT * 4 * half + a")
    found["helper"] = run(project)
    (project / "model.py").write_text(textwrap.dedent(MODEL))
    (project / "helper.py").write_text(textwrap.dedent(HELPER))
    found["undone"] = run(project)
    return found


def integrated(power: float, weight: float) -> float:
    """A at 0.4 s in molecules, by small steps of Heun's method on the law written here."""

    def slope(a: float) -> float:
        return -0.5 * (a / (weight * 0.2 + a)) ** power

    a, dt = 200 / (602.214076 * 0.5), 1e-3
    for _ in range(400):
        first = slope(a)
        a += dt / 2 * (first + slope(a + dt * first))
    return a * 602.214076 * 0.5


@pytest.mark.parametrize(("step", "law"), [("first", (2, 1.0)), ("law", (3, 1.0)), ("helper", (3, 4.0))])
def test_an_edit_gives_what_the_edited_law_gives(
    step: str, law: tuple[float, float], history: dict[str, dict[str, Any]]
) -> None:
    """A constant of the law's module, then a function in another module that it calls, in both engines.

    It fails where code is kept by the name of the law, by its file or by the time of its file: numba's own cache gives
    the first result again after an edit of the helper.
    """
    assert history[step]["solution"][-1] == pytest.approx(integrated(*law), rel=1e-4)
    assert history[step]["passes"] > 0
    others = [found["path"] for name, found in history.items() if name in {"first", "law", "helper"} - {step}]
    assert history[step]["path"] not in others


def test_a_later_process_compiles_nothing_and_computes_the_same(history: dict[str, dict[str, Any]]) -> None:
    """After all edits are undone: no pass of numba's compiler runs, no file is written, the result is the first."""
    first, undone = history["first"], history["undone"]
    assert (first["passes"] > 0, undone["passes"]) == (True, 0)
    assert undone["files"] == history["helper"]["files"]
    assert (undone["path"], undone["solution"]) == (first["path"], first["solution"])


def test_other_values_compile_nothing_in_a_new_process(history: dict[str, dict[str, Any]]) -> None:
    """A volume, an initial count, a rate in another unit: arguments of the code."""
    assert history["values"]["path"][0] == 350
    assert history["values"]["passes"] == 0
    assert history["values"]["files"] == history["first"]["files"]


def test_compiled_code_is_kept_where_the_variable_says(history: dict[str, dict[str, Any]]) -> None:
    """The loops, which are older, and the code of this model beside them."""
    kinds = {re.findall(r"microdomain_([a-z]+)_", name)[0] for name, _ in history["first"]["files"]}
    assert kinds == {"loops", "straight", "advance"}


def saturating(name: str = "values") -> md.Model:
    law = rate_law(a="uM", v="uM/s", half="uM", returns="uM/s")(lambda a, v, half: v * a / (half + a))
    model = md.Model(name)
    cytosol = model.compartment("cytosol", 0.5)
    stimulus = model.input("stimulus", md.step(0.5, 1.0, 2.0), unit="uM/s")
    model.parameter("half", 0.2, "uM")
    model.species("A", cytosol, count=50)
    model.species("B", cytosol, 0.3)
    model.reaction("A -> B", law, a="A", v=stimulus)
    model.reaction("B -> 0", k="1 1/s")
    return model


@pytest.mark.parametrize("engine", ["gillespie", "ode"])
def test_values_compile_nothing_in_one_process(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    model = saturating()

    def simulate(model: md.Model, **options: Any) -> np.ndarray:
        data = md.simulate(model, np.linspace(0, 1, 5), engine=engine, progress=False, **options)
        return data.counts.values

    first = simulate(model)
    monkeypatch.setattr(machine, "_compiled", None)
    with event.install_recorder("numba:run_pass") as passes:
        for other in (
            model.changed(parameters={"half": 2.0}),
            model.changed(volumes={"cytosol": 2.0}),
            model.changed(initial={"A": "10 uM"}),
            model.scaled(3),
            saturating("another name"),
        ):
            simulate(other)
        if engine == "gillespie":
            simulate(model, trajectories=5, seed=3, workers=2)
            md.simulate(model, 2.0, engine=engine, trajectories=5, record="statistics", progress=False)
        else:
            simulate(model, rtol=1e-9)
    assert len(passes.buffer) == 0
    assert first.shape[1] == 5


# -- one law, many networks ------------------------------------------------------------------------------------------


def loss(source: bool) -> md.Model:
    """A lost by a law of the state: law number 0, or 1 after the law of the source's constant."""
    law = rate_law(a="uM", v="uM/s", half="uM", returns="uM/s")(lambda a, v, half: v * a**2 / (half**2 + a**2))
    model = md.Model("loss")
    cytosol = model.compartment("cytosol", 0.1)
    model.species("A", cytosol, count=100)
    model.species("B", cytosol)
    if source:
        model.reaction("0 -> B", k=1.0)
    model.reaction("A -> 0", law, a="A", v=1.0, half=1.0)
    return model


def called(address: int, network: Network, row: int, derivatives: int = 0) -> list[float]:
    """The value of a law by its address, at the initial state, and its derivatives by its arguments."""
    floats, integers = ctypes.POINTER(ctypes.c_double), ctypes.POINTER(ctypes.c_int64)
    kinds = [ctypes.c_int64, floats, integers, floats, ctypes.c_int64, floats]
    y, partial = network.values(0.0), np.full(max(derivatives, 1), np.nan)
    slot, scale = network.arguments.index, network.arguments.value
    given = [
        int(network.law[row]),
        y.ctypes.data_as(floats),
        slot.ctypes.data_as(integers),
        scale.ctypes.data_as(floats),
        int(network.arguments.start[row]),
        partial.ctypes.data_as(floats),
    ]
    count = 6 if derivatives else 5
    value = ctypes.CFUNCTYPE(ctypes.c_double, *kinds[:count])(address)(*given[:count])
    return [value, *partial[:derivatives].tolist()]


@pytest.mark.parametrize("order", [(False, True), (True, False)])
def test_a_law_may_have_another_number_in_another_network(
    order: tuple[bool, bool], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, loops: Path
) -> None:
    """The code of one network is not taken for that of another with the same law, whichever was compiled first.

    v a^2 / (h^2 + a^2) at a = 1.66 uM and v = h = 1: its value, and its derivative by a. Code named by its
    laws and not by their numbers gives no number here, and as a Jacobian whatever was in the memory before.
    """
    shutil.copytree(loops, tmp_path / loops.name)
    monkeypatch.setenv("MICRODOMAIN_CACHE", str(tmp_path))
    for name in [name for name in sys.modules if name.startswith(("microdomain_gradient", "microdomain_law"))]:
        monkeypatch.delitem(sys.modules, name)
    a = 100 / 60.2214076
    value, slope = a**2 / (1 + a**2), 2 * a / (1 + a**2) ** 2
    for source in order:
        network = loss(source).network()
        row = network.reactions.index("A -> 0")
        assert called(kernel.law_address(network), network, row) == pytest.approx([value])
        found = called(gradient_address(network), network, row, derivatives=1)
        assert found == pytest.approx([value, slope])


@pytest.mark.parametrize("name", ["y", "scale", "first", "partial", "math"])
def test_an_argument_may_have_any_name(name: str) -> None:
    """Also one that the generated code uses for something else."""
    names: dict[str, Any] = {"exp": maths.exp}
    exec(f"def law({name}, flow, half):\n    return flow * exp(-{name} / half)", names)
    law = rate_law(**{name: "uM", "flow": "uM/s", "half": "uM"}, returns="uM/s")(names["law"])
    model = md.Model("names")
    model.species("A", model.compartment("cytosol", 0.5), count=100)
    model.reaction("A -> 0", law, **{name: "A", "flow": 0.05, "half": 1e9})
    data = md.simulate(model, [0.0, 1.0], engine="ode", progress=False)
    assert data.counts.values[0, -1, 0] == pytest.approx(100.0 - 0.05 * 0.5 * 602.214076, rel=1e-6)
