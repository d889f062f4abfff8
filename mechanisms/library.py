"""The mechanisms of the library, by class."""

from mechanisms.calcium.er_leak import ERLeak
from mechanisms.calcium.hill_serca import HillSERCA
from mechanisms.calcium.serca import ElementarySERCA
from mechanisms.ip3.de_young_keizer import DeYoungKeizer
from mechanisms.ip3.li_rinzel import LiRinzel
from mechanisms.ip3.park_drive import ParkDrive

MECHANISMS = {
    mechanism.__name__: mechanism
    for mechanism in (DeYoungKeizer, ElementarySERCA, ERLeak, HillSERCA, LiRinzel, ParkDrive)
}
"""Every mechanism, by name."""

__all__ = ["MECHANISMS", "DeYoungKeizer", "ERLeak", "ElementarySERCA", "HillSERCA", "LiRinzel", "ParkDrive"]
