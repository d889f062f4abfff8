"""A simulator for small cellular compartments: one mechanism, every regime.

``import microdomain as md``: the public names, nothing else; each is loaded when it is first used.
"""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engines.choice.choose import choose
    from engines.gillespie import Gillespie
    from engines.hybrid import Hybrid
    from engines.langevin import Langevin
    from engines.linear_noise.over_time import linear_noise
    from engines.linear_noise.stationary import stationary_noise
    from engines.linear_noise.stationary_state import InstabilityError
    from engines.master_equation.first_passage import first_passage
    from engines.master_equation.over_time import marginal, master_equation
    from engines.master_equation.stationary import stationary_distribution
    from engines.ode import ODE
    from engines.request import RequestError
    from engines.result import Interrupted, SimulationError
    from engines.simulate import simulate
    from engines.tau_leaping import TauLeaping
    from mechanisms import library as mechanisms
    from mechanisms import maths, models, thermodynamics
    from mechanisms.faults import ModelError
    from mechanisms.law import rate_law
    from mechanisms.mechanism import Mechanism, State, Subunits, number, parameter, port
    from mechanisms.model import Model
    from mechanisms.reaction import Reaction
    from mechanisms.signal import alpha_pulses, constant, piecewise, pulse, step, train
    from mechanisms.units import UnitError
    from microdomain.exchange.bionetgen.read import read_bionetgen
    from microdomain.exchange.gillespy2.read import from_gillespy2
    from microdomain.exchange.gillespy2.write import to_gillespy2
    from microdomain.exchange.omex import read_omex
    from microdomain.exchange.sbml.read import read_sbml
    from microdomain.exchange.sbml.write import write_sbml
    from microdomain.noise.scaling import noise_scaling
    from microdomain.plots import plot
    from microdomain.puffs.find import find_puffs
    from microdomain.puffs.fluorescence import Camera, fluorescence

_HOME = {
    "choose": "engines.choice.choose",
    "Gillespie": "engines.gillespie",
    "Hybrid": "engines.hybrid",
    "Langevin": "engines.langevin",
    "ODE": "engines.ode",
    "TauLeaping": "engines.tau_leaping",
    "Interrupted": "engines.result",
    "SimulationError": "engines.result",
    "RequestError": "engines.request",
    "simulate": "engines.simulate",
    "first_passage": "engines.master_equation.first_passage",
    "marginal": "engines.master_equation.over_time",
    "master_equation": "engines.master_equation.over_time",
    "stationary_distribution": "engines.master_equation.stationary",
    "linear_noise": "engines.linear_noise.over_time",
    "stationary_noise": "engines.linear_noise.stationary",
    "InstabilityError": "engines.linear_noise.stationary_state",
    "ModelError": "mechanisms.faults",
    "rate_law": "mechanisms.law",
    "Mechanism": "mechanisms.mechanism",
    "State": "mechanisms.mechanism",
    "Subunits": "mechanisms.mechanism",
    "number": "mechanisms.mechanism",
    "parameter": "mechanisms.mechanism",
    "port": "mechanisms.mechanism",
    "Model": "mechanisms.model",
    "Reaction": "mechanisms.reaction",
    "constant": "mechanisms.signal",
    "piecewise": "mechanisms.signal",
    "pulse": "mechanisms.signal",
    "step": "mechanisms.signal",
    "alpha_pulses": "mechanisms.signal",
    "train": "mechanisms.signal",
    "UnitError": "mechanisms.units",
    "read_omex": "microdomain.exchange.omex",
    "read_sbml": "microdomain.exchange.sbml.read",
    "write_sbml": "microdomain.exchange.sbml.write",
    "Camera": "microdomain.puffs.fluorescence",
    "find_puffs": "microdomain.puffs.find",
    "fluorescence": "microdomain.puffs.fluorescence",
    "noise_scaling": "microdomain.noise.scaling",
    "from_gillespy2": "microdomain.exchange.gillespy2.read",
    "read_bionetgen": "microdomain.exchange.bionetgen.read",
    "to_gillespy2": "microdomain.exchange.gillespy2.write",
    "plot": "microdomain.plots",
}
_MODULES = {
    "maths": "mechanisms.maths",
    "models": "mechanisms.models",
    "mechanisms": "mechanisms.library",
    "thermodynamics": "mechanisms.thermodynamics",
}

__all__ = [
    "ODE",
    "Camera",
    "Gillespie",
    "Hybrid",
    "InstabilityError",
    "Interrupted",
    "Langevin",
    "Mechanism",
    "Model",
    "ModelError",
    "Reaction",
    "RequestError",
    "SimulationError",
    "State",
    "Subunits",
    "TauLeaping",
    "UnitError",
    "alpha_pulses",
    "choose",
    "constant",
    "find_puffs",
    "first_passage",
    "fluorescence",
    "from_gillespy2",
    "linear_noise",
    "marginal",
    "master_equation",
    "maths",
    "mechanisms",
    "models",
    "noise_scaling",
    "number",
    "parameter",
    "piecewise",
    "plot",
    "port",
    "pulse",
    "rate_law",
    "read_bionetgen",
    "read_omex",
    "read_sbml",
    "simulate",
    "stationary_distribution",
    "stationary_noise",
    "step",
    "thermodynamics",
    "to_gillespy2",
    "train",
    "write_sbml",
]


def _check_own(package: str) -> None:
    """Raise ImportError where another package or file of this name comes before ours on the path."""
    ours = Path(__file__).resolve().parent.parent / package
    spec = find_spec(package)
    found = Path(spec.origin).resolve() if spec and spec.origin else None
    if found != ours / "__init__.py":
        raise ImportError(
            f"microdomain needs its own package '{package}' in {ours}, but Python finds "
            f"{found or 'nothing'} under that name. Rename or move that one, run Python in another folder, or "
            "install microdomain into an environment of its own."
        )


for _package in ("engines", "mechanisms"):
    _check_own(_package)


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(_MODULES[name])
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"microdomain has no '{name}'; it has {', '.join(__all__)}")


def __dir__() -> list[str]:
    return __all__
