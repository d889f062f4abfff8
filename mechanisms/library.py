"""The mechanisms of the library, by class."""

from mechanisms.calcium.binding_proteins import Calbindin, Calmodulin, Parvalbumin
from mechanisms.calcium.buffer import BUFFERS, Buffer, buffer, effective_diffusion, rapid_buffer_factor
from mechanisms.calcium.er_leak import ERLeak
from mechanisms.calcium.hill_serca import HillSERCA
from mechanisms.calcium.ncx import NCX, SaturatingNCX
from mechanisms.calcium.plasma_leak import PlasmaLeak
from mechanisms.calcium.pmca import ElementaryPMCA, HillPMCA
from mechanisms.calcium.serca import ElementarySERCA
from mechanisms.calcium.soce import StoreOperatedEntry
from mechanisms.camp.adenylyl_cyclase import GiCascade, GsCascade, Phosphodiesterases
from mechanisms.ip3.bicknell_goodhill import BicknellGoodhill, BicknellGoodhillCluster
from mechanisms.ip3.cluster_chain import ClusterChain
from mechanisms.ip3.de_young_keizer import (
    ConformationalCluster,
    ConformationalReceptor,
    DeYoungKeizer,
    DeYoungKeizerCluster,
)
from mechanisms.ip3.denizot import Denizot, DenizotCluster
from mechanisms.ip3.doi import Doi, DoiCluster
from mechanisms.ip3.gq_cascade import GqCascade
from mechanisms.ip3.li_rinzel import LiRinzel
from mechanisms.ip3.mean_li_rinzel import MeanLiRinzel, PooledLiRinzel
from mechanisms.ip3.metabolism import FivePhosphatase, PLCBeta, PLCDelta, ThreeKinase
from mechanisms.ip3.ornelas_guevara import OrnelasGuevara
from mechanisms.ip3.park_drive import ParkDrive, TwoModes
from mechanisms.ip3.sneyd_dufour import SneydDufour

MECHANISMS = {
    mechanism.__name__: mechanism
    for mechanism in (
        *(DeYoungKeizer, DeYoungKeizerCluster, ConformationalReceptor, ConformationalCluster),
        *(LiRinzel, MeanLiRinzel, PooledLiRinzel, ParkDrive, TwoModes, Denizot, DenizotCluster, Doi, DoiCluster),
        *(BicknellGoodhill, BicknellGoodhillCluster, SneydDufour, OrnelasGuevara, ClusterChain),
        *(ElementarySERCA, HillSERCA, ERLeak, ElementaryPMCA, HillPMCA, PlasmaLeak, StoreOperatedEntry),
        *(NCX, SaturatingNCX, Buffer, Calbindin, Calmodulin, Parvalbumin),
        *(GqCascade, PLCBeta, PLCDelta, ThreeKinase, FivePhosphatase),
        *(GsCascade, GiCascade, Phosphodiesterases),
    )
}
"""Every mechanism, by name."""

__all__ = [
    "BUFFERS",
    "MECHANISMS",
    "NCX",
    "BicknellGoodhill",
    "BicknellGoodhillCluster",
    "Buffer",
    "Calbindin",
    "Calmodulin",
    "ClusterChain",
    "ConformationalCluster",
    "ConformationalReceptor",
    "DeYoungKeizer",
    "DeYoungKeizerCluster",
    "Denizot",
    "DenizotCluster",
    "Doi",
    "DoiCluster",
    "ERLeak",
    "ElementaryPMCA",
    "ElementarySERCA",
    "FivePhosphatase",
    "GiCascade",
    "GqCascade",
    "GsCascade",
    "HillPMCA",
    "HillSERCA",
    "LiRinzel",
    "MeanLiRinzel",
    "OrnelasGuevara",
    "PLCBeta",
    "PLCDelta",
    "ParkDrive",
    "Parvalbumin",
    "Phosphodiesterases",
    "PlasmaLeak",
    "PooledLiRinzel",
    "SaturatingNCX",
    "SneydDufour",
    "StoreOperatedEntry",
    "ThreeKinase",
    "TwoModes",
    "buffer",
    "effective_diffusion",
    "rapid_buffer_factor",
]
