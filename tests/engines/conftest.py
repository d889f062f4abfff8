"""What tests of engines share."""

import pytest

import engines.unroll


@pytest.fixture(params=["written out", "tables"])
def kernel(request, monkeypatch) -> str:
    """Both ways in which the steps of a network are computed."""
    if request.param == "tables":
        monkeypatch.setattr(engines.unroll, "LARGEST", 0)
    return request.param
