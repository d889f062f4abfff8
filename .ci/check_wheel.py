"""Check what the wheel holds, and that it works where it is installed.

python check_wheel.py contents WHEEL    the wheel holds the three packages, whole, and nothing else
python check_wheel.py installed         run by the environment under test, away from the source tree
"""

import importlib
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

PACKAGES = ("microdomain", "engines", "mechanisms")
SOURCE_TREE = Path(__file__).resolve().parents[1]


def check_contents(wheel: Path) -> None:
    """The top level is the three packages and the metadata; every source file and marker is inside."""
    with zipfile.ZipFile(wheel) as archive:
        files = set(archive.namelist())

    metadata = "-".join(wheel.name.split("-")[:2]) + ".dist-info"
    top_level = {name.split("/")[0] for name in files}
    require(top_level == {*PACKAGES, metadata}, f"the top level of the wheel is {sorted(top_level)}")

    sources = [path for package in PACKAGES for path in (SOURCE_TREE / package).rglob("*.py")]
    markers = [SOURCE_TREE / package / "py.typed" for package in PACKAGES]
    missing = {path.relative_to(SOURCE_TREE).as_posix() for path in [*sources, *markers]} - files
    require(not missing, f"the wheel lacks {sorted(missing)}")

    loops = [name for name in files if name.startswith("engines/loops/") and name.endswith(".py")]
    require(bool(loops), "the wheel lacks engines/loops, whose files are copied at run time")
    print(f"{wheel.name}: {len(files)} files, {len(loops)} of them in engines/loops")


def check_installed() -> None:
    """The packages are the installed ones, the command answers, and a small simulation runs."""
    site_packages = Path(sysconfig.get_path("purelib")).resolve()
    for package in PACKAGES:
        found = Path(str(importlib.import_module(package).__file__)).resolve()
        require(found.is_relative_to(site_packages), f"{package} was imported from {found}")

    command = Path(sysconfig.get_path("scripts")) / "microdomain"
    answer = subprocess.run([command, "--help"], capture_output=True, text=True, check=False)
    require(answer.returncode == 0, f"microdomain --help failed:\n{answer.stderr}")
    require("demo" in answer.stdout, f"microdomain --help does not name the demo:\n{answer.stdout}")

    check_simulation()
    print(f"{site_packages}: the command answers, and a dimer is conserved by both engines")


def check_simulation() -> None:
    """2 A <-> B keeps A + 2 B, exactly when counted and to rounding as a mean field."""
    import numpy as np

    import microdomain as md

    model = md.Model("dimer")
    cytosol = model.compartment("cytosol", volume="0.1 fL")
    model.species("A", cytosol, count=60)
    model.species("B", cytosol, count=0)
    model.reaction("2 A <-> B", k="0.5 1/uM/s", k_back="0.1 1/s")

    for engine, tolerance in (("gillespie", 0.0), ("ode", 1e-6)):
        data = md.simulate(model, np.linspace(0, 5, 6), engine=engine, seed=1)
        a = data["counts"].sel(species="A.cytosol").values
        b = data["counts"].sel(species="B.cytosol").values
        drift = np.max(np.abs(a + 2 * b - 60))
        require(drift <= tolerance, f"{engine}: A + 2 B is off by {drift} molecules")
        require(bool(np.all(b[..., -1] > 0)), f"{engine}: no dimer was formed")


def require(holds: bool, otherwise: str) -> None:
    if not holds:
        sys.exit(f"check_wheel: {otherwise}")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["contents", wheel]:
            check_contents(Path(wheel))
        case ["installed"]:
            check_installed()
        case _:
            sys.exit(__doc__)
