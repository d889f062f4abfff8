"""The straight code of a small network as machine code, kept on disk, and its addresses."""

from __future__ import annotations

import hashlib
import sys
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import llvmlite
from llvmlite import binding, ir

from engines import derivatives
from engines.flow_tables import FlowTables
from engines.kernel import LOOPS, moving_laws, stored
from engines.sparse_pattern import Elimination
from engines.straight_line.elimination import operations
from engines.straight_line.step import EXPORTED, module
from mechanisms.network import Network
from mechanisms.recorder import record

MOST_REACTIONS = 64
MOST_OPERATIONS = 300
"""Of one factorisation. Larger networks go by tables: compiling would take longer than most runs."""


@dataclass(frozen=True, eq=False)
class Code:
    """Machine code in memory: there as long as this object is.

    addresses: of ``engines.straight_line.step.EXPORTED``, 0 where there is none. engine: what keeps it in memory.
    """

    addresses: tuple[int, ...]
    engine: Any = None


NO_CODE = Code((0,) * len(EXPORTED))


def is_small(tables: FlowTables, elimination: Elimination) -> bool:
    """Whether a network has straight code."""
    return len(tables.network.reactions) <= MOST_REACTIONS and operations(elimination) <= MOST_OPERATIONS


@lru_cache(maxsize=64)
def _loaded(machine_code: bytes) -> Code:
    engine = binding.create_mcjit_compiler(binding.parse_assembly(""), _machine())
    engine.add_object_file(binding.ObjectFileRef.from_data(machine_code))
    engine.finalize_object()
    return Code(tuple(engine.get_function_address(name) for name in EXPORTED), engine)


def code(tables: FlowTables, elimination: Elimination) -> Code:
    """The code of a network, from disk if it was compiled before; networks of one structure share it."""
    return _loaded(stored("straight", _name(tables.network), lambda: _compiled(module(tables, elimination))))


def _compiled(made: ir.Module) -> bytes:
    machine, parsed = _machine(), binding.parse_assembly(str(made))
    builder = binding.create_pass_builder(machine, binding.create_pipeline_tuning_options(speed_level=LEVEL))
    builder.getModulePassManager().run(parsed, builder)
    found: bytes = machine.emit_object(parsed)
    return found


LEVEL = 2
"""Of optimisation."""


def _machine() -> Any:
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    cpu, features = binding.get_host_cpu_name(), binding.get_host_cpu_features().flatten()
    return binding.Target.from_default_triple().create_target_machine(cpu=cpu, features=features, opt=LEVEL, jit=True)


@cache
def _generator() -> str:
    """What the code of all networks depends on."""
    files = [*sorted(Path(__file__).parent.glob("*.py")), Path(derivatives.__file__)]
    files += [LOOPS / name for name in ("rodas5p.py", "flow.py")]
    processor = binding.get_host_cpu_name(), binding.get_host_cpu_features().flatten()
    return repr((llvmlite.__version__, sys.version, processor, [path.read_text() for path in files]))


def _name(network: Network) -> str:
    """Everything that the code of a network depends on: its structure and laws, no values."""
    found = hashlib.sha256()
    arrays: list[Any] = [network.mass_action, network.static, network.law]
    for rows in (network.changes, network.reactants):
        arrays += [rows.start, rows.index, rows.value]
    for array in (*arrays, network.arguments.start, network.arguments.index):
        found.update(array.tobytes())
    laws = {number: (law.names, record(law)) for number, law in moving_laws(network).items()}
    multimers = [(network.species.index(m.watched), m.subunits, m.needed) for m in network.multimers]
    sizes = len(network.species), network.first_quantity, network.first_input
    return f"{_generator()} {found.hexdigest()} {laws} {multimers} {sizes}"
