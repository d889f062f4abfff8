"""What a user is told of a run that would take long, and of few molecules in much room."""

import numpy as np

import microdomain as md
from microdomain.forecast import forecast
from microdomain.summary import summary


def immigration(rate: float, volume: str = "1 fL") -> md.Model:
    model = md.Model("immigration")
    model.species("A", model.compartment("cell", volume), count=0)
    model.reaction("0 -> A", k=f"{rate} 1/s")
    return model


def test_a_run_that_would_take_years_is_told() -> None:
    """10^15 reactions, at 10^7 a second, are 1157 days."""
    told = forecast(immigration(1e13), "gillespie", 100.0, 1)
    assert told.startswith("at the rates of the start 1e+15 reactions will happen in a trajectory")
    assert "some 1157 days; --engine ode, langevin or tau_leaping" in told
    assert "some 10.0 hours" in forecast(immigration(36e8), "gillespie", 100.0, 1)


def test_what_is_soon_done_is_not() -> None:
    assert forecast(immigration(1e5), "gillespie", 1e3, 10) == ""
    assert forecast(immigration(1e13), "ode", 100.0, 1) == ""


def test_molecules_are_shown_where_concentrations_are_next_to_nothing() -> None:
    """1000 molecules in a litre are 1.7e-15 uM."""
    for volume, shown in (("1 l", "A.cell              count         1000"), ("1 pl", "A.cell              uM ")):
        data = md.simulate(immigration(100.0, volume), np.linspace(0, 10, 3), engine="ode")
        assert shown in summary(data, 0.1)


def test_molecules_are_shown_where_one_is_one_micromolar() -> None:
    """A document without units: its sizes are such that numbers are molecules."""
    data = md.simulate(immigration(100.0, f"{1 / 602.214076} fL"), np.linspace(0, 10, 3), engine="ode")
    assert "A.cell              count         1000" in summary(data, 0.1)
