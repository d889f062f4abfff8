"""What the tests of random networks share."""

from collections.abc import Iterator

import pytest

import engines.unroll


@pytest.fixture(scope="package", autouse=True)
def tables() -> Iterator[None]:
    """One compiled loop for all networks, where each would otherwise be written out and compiled."""
    patch = pytest.MonkeyPatch()
    patch.setattr(engines.unroll, "LARGEST", 0)
    yield
    patch.undo()
