"""Command lines, nearly right."""

from __future__ import annotations

import shlex
from pathlib import Path

from tests.fuzz import documents
from tests.fuzz.mutations import GARBAGE, NUMBERS, WORDS, Rng, pick

COMMANDS = (
    "list", "show ip3_microdomain", "show DeYoungKeizer", "show model.xml",
    "run model.xml --engine ssa --t-end 0.1 --points 3 --seed 1 --trajectories 2 --workers 1",
    "run model.net --engine ode --t-end 100ms --points 5 --rtol 1e-4 --atol 1e-3 --out out.nc --quiet",
    "run model.net --engine tau_leaping --t-end 0.1 --points 5 --set kf=0.2"
    " --volume 0.1fL --statistics --trajectories 9",
    "run model.py:model --engine langevin --t-end 0.1s --points 3 --seed 3 --set k=0.1 --plot out.png",
    "run model.py --engine hybrid --t-end 0.1 --points 3 --seed 4 --out out.zarr",
    "run ip3_microdomain --t-end 1ms --points 2 --seed 1 --set ip3=0.3 --set IP3R.a2=0.3 --volume 0.1fL --quiet",
    "run ip3_microdomain --engine ode --t-end 1ms --points 2 --set clamped=False",
    "choose model.py --volumes 0.05fL 0.5fL --tolerance 0.5 --observable mean"
    " --duration 0.1s --budget 0.02 --workers 1",
    "choose model.py --volumes 0.05fL --of A --at-least 1uM --observable 'event rate'"
    " --engines ode gillespie --budget 0.02 --html out.html",
)  # fmt: skip
OTHERS = (
    "run", "show", "choose", "demo --bogus", "--help", "--t-end", "--out", "--plot", "--engine", "--set", "--points",
    "--seed", "-1fL", "--quiet", "out.png", ".", "/", "/dev/null", "missing/out.nc", "model.xml", "model.net",
    "model.py:nothing", "model.py:broken", "broken.py", "latin.xml", "empty.net", "gillespie", "ode", "auto",
    "hybrid", "k=", "=1", "k=1 uM", "k=nan", "1e9", "60", "0.1 fL", "1 uM", "mean", "distribution",
)  # fmt: skip
MODEL = """import microdomain as md

model = md.Model("two_states")
cell = model.compartment("cell", 0.1)
model.species("A", cell, count=20)
model.species("B", cell)
model.parameter("k", 1.0, "1/s")
model.reaction("A <-> B", k="k", k_back=0.5)
"""
FILES = {
    "model.py": MODEL.encode(),
    "broken.py": b"import microdomain as md\nmodel = md.Model(\n",
    "model.xml": documents.MASS_ACTION.encode(),
    "model.net": documents.TEXT.encode(),
    "latin.xml": documents.LEVEL_2.replace("of Level", "é of Level").encode("latin-1"),
    "empty.net": b"",
}


def write_files(folder: Path) -> None:
    """What the commands read."""
    for name, content in FILES.items():
        (folder / name).write_bytes(content)


def command(rng: Rng) -> str:
    """A command with none to three changes, as a shell reads it."""
    words = shlex.split(pick(rng, COMMANDS))
    for _ in range(int(rng.choice([0, 1, 1, 1, 2, 3]))):
        at = int(rng.integers(len(words)))
        kind = int(rng.integers(4))
        if kind == 0:
            del words[at]
        elif kind == 1:
            words.insert(at, pick(rng, (*OTHERS, *words)))
        else:
            words[at] = pick(rng, (*OTHERS, *NUMBERS, *WORDS, words[at] + pick(rng, GARBAGE), words[at][:-1], *words))
        words = words or [""]
    return shlex.join(words)
