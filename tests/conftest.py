"""What every test shares."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# Read by matplotlib here and in every command that a test starts: no test opens a window.
os.environ["MPLBACKEND"] = "Agg"

# The same examples at every run, and no time limit: the first one may wait for a compilation.
settings.register_profile("reproducible", derandomize=True, deadline=None)
settings.load_profile("reproducible")

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def suites() -> Path:
    """The folder of validation cases: $MICRODOMAIN_SUITES, or shared/suites beside the repository."""
    folder = Path(os.environ.get("MICRODOMAIN_SUITES") or REPOSITORY.parent / "shared" / "suites")
    if not folder.is_dir():
        pytest.skip(f"no validation cases in {folder}: set MICRODOMAIN_SUITES to a folder that holds them")
    return folder
