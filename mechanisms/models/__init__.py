"""Models that are assembled and ready to run."""

from collections.abc import Callable

from mechanisms.model import Model
from mechanisms.models.basic_calcium_cell import basic_calcium_cell
from mechanisms.models.denizot_process import denizot_process
from mechanisms.models.g_chi_cell import g_chi_cell
from mechanisms.models.gq_cell import gq_cell
from mechanisms.models.ip3_microdomain import ip3_microdomain
from mechanisms.models.li_rinzel_cell import li_rinzel_cell
from mechanisms.models.open_cell import ip3_transient, open_cell
from mechanisms.models.passive_membrane import passive_membrane
from mechanisms.models.puff_site import puff_site
from mechanisms.models.stochastic_li_rinzel import stochastic_li_rinzel

MODELS: dict[str, Callable[..., Model]] = {
    "basic_calcium_cell": basic_calcium_cell,
    "stochastic_li_rinzel": stochastic_li_rinzel,
    "denizot_process": denizot_process,
    "g_chi_cell": g_chi_cell,
    "gq_cell": gq_cell,
    "ip3_microdomain": ip3_microdomain,
    "li_rinzel_cell": li_rinzel_cell,
    "open_cell": open_cell,
    "passive_membrane": passive_membrane,
    "puff_site": puff_site,
}
"""Every library model, by name: a function of keyword arguments that returns a Model."""

__all__ = [
    "MODELS",
    "basic_calcium_cell",
    "denizot_process",
    "g_chi_cell",
    "gq_cell",
    "ip3_microdomain",
    "ip3_transient",
    "li_rinzel_cell",
    "open_cell",
    "passive_membrane",
    "puff_site",
    "stochastic_li_rinzel",
]
