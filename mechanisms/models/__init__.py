"""Models that are assembled and ready to run."""

from collections.abc import Callable

from mechanisms.model import Model
from mechanisms.models.calcium_cell import calcium_cell
from mechanisms.models.ip3_microdomain import ip3_microdomain
from mechanisms.models.passive_membrane import passive_membrane
from mechanisms.models.puff_site import puff_site

MODELS: dict[str, Callable[..., Model]] = {
    "calcium_cell": calcium_cell,
    "ip3_microdomain": ip3_microdomain,
    "passive_membrane": passive_membrane,
    "puff_site": puff_site,
}
"""Every library model, by name: a function of keyword arguments that returns a Model."""

__all__ = ["MODELS", "calcium_cell", "ip3_microdomain", "passive_membrane", "puff_site"]
