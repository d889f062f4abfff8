"""What is measured on, and with which packages."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

INSTALL = 'pip install "microdomain[peers]"'
PACKAGES = (
    "microdomain", "bionetgen", "bioscrape", "copasi-basico", "gillespy2", "libroadrunner", "rebop", "steps",
    "numpy", "numba", "scipy",
)  # fmt: skip


def versions() -> dict[str, str]:
    """The version of each package; "" where it is not installed."""
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = ""
    return found


def missing() -> list[str]:
    """A sentence for each peer that is not installed."""
    absent = [package for package, number in versions().items() if not number and package != "microdomain"]
    told = []
    if "steps" in absent:
        told.append("STEPS is not installed; it is built from source: https://steps.sourceforge.net")
    if others := [package for package in absent if package != "steps"]:
        told.append(f"{', '.join(others)} not installed: {INSTALL}")
    return told


def machine() -> dict[str, Any]:
    """What it is, what is installed, and how loaded it was."""
    names = [line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
             if line.startswith("model name")] if Path("/proc/cpuinfo").exists() else []  # fmt: skip
    return {
        "processor": names[0] if names else platform.processor(),
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "load": os.getloadavg(),
        "packages": {name: number for name, number in versions().items() if number},
    }
