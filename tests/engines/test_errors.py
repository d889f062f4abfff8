"""Errors reach another process with all that they know."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

import microdomain as md
from engines.partition import PartitionError
from engines.result import OptionError
from mechanisms.faults import Fault

FAULT = Fault("volume", "-1", "more than 0 fL")


@pytest.mark.parametrize(
    "error",
    [
        md.ModelError("dimer", [FAULT]),
        md.RequestError([FAULT], "choose"),
        md.UnitError("5 mV", "fL"),
        md.SimulationError("it stopped", [1.0, 2.0]),
        md.Interrupted("it was stopped", [1.0, 2.0]),
        md.InstabilityError("it grows", np.array([1.0]), np.array([2.0])),
        PartitionError("'cytosl'", "cytosol", "cytosol"),
        OptionError("epsilon=2", "less than 1"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_is_the_same_after_a_journey(error: Any) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert {name: str(value) for name, value in vars(again).items()} == {
        name: str(value) for name, value in vars(error).items()
    }
