"""Scripts that build a model and run it, with odd arguments here and there."""

from __future__ import annotations

import ast

from tests.fuzz.mutations import Rng, pick

ODD = (
    "0", "-1", "1", "2", "0.5", "-0.0", "1e308", "1e-320", "float('nan')", "float('inf')", "-float('inf')", "10**400",
    "2**63", "True", "None", "''", "' '", "'A'", "'B.cell'", "'cell'", "'k'", "'x'", "'nothing'", "'é'", "'1 uM'",
    "'1 fL'", "'-2 uM'", "'3 bananas'", "'nan uM'", "'1e400 fL'", "'1 uM/s'", "'60 s'", "'1 1/s'", "'A.cell'",
    "'charge.plasma'", "'2 A -> B'", "'A ->'", "'A + -> B'", "'\\x00'", "'time'", "'temperature'", "()", "[]", "{}",
    "[1, 2]", "[2.0, 1.0]", "{'A': 1}", "{'A': '2 uM'}", "{1: 2}", "{'cell': 'jump'}", "{'cell': None}", "set()",
    "b'A'", "1j", "object()", "np.nan", "np.float32(0.5)", "np.int64(3)", "np.array(2.0)", "np.array([1.0, 2.0])",
    "np.array(['a'])", "np.linspace(0, 0.5, 3)", "np.zeros((2, 2))", "np.datetime64('2000-01-01')", "range(3)", "len",
    "md", "md.Model", "law", "rate", "md.constant(1.0)", "md.step(0.5, 1.0, 2.0)", "md.ODE(rtol=1e-4)",
    "md.Gillespie(max_events=5)", "m", "cell", "membrane", "stimulus", "quantity(1, 'uM')", "quantity(2, 'fL')",
    "quantity([1, 2], 's')", "third", "tenth", "'a' * 5000",
)  # fmt: skip
"""Arguments, as Python writes them."""

HEAD = """import numpy as np
import microdomain as md
from tests.fuzz.laws import law, quantity, rate, tenth, third
m = cell = membrane = stimulus = None
"""
BUILD = (
    "m = md.Model('cell_model', temperature=300)",
    "cell = m.compartment('cell', '0.5 fL')",
    "out = m.compartment('out', 2.0)",
    "membrane = m.membrane('plasma', 1.5, inside=cell, outside=out, voltage=-60, capacitance='1 uF/cm^2')",
    "m.species('A', cell, count=30)",
    "m.species('B', cell, '0.1 uM')",
    "m.species('Ca', cell, 0.2, valence=2)",
    "m.species('Ca', out, 0.1, valence=2, clamped=False, label='of the outside')",
    "m.species('R', membrane, 20)",
    "m.parameter('k', 0.5, '1/uM/s', source='a paper')",
    "stimulus = m.input('stimulus', md.pulse(1.0, 0.25, 0.5), unit='uM')",
    "m.variable('x', 0.5, 'uM', law, a='A', v=0.1, half=1.0)",
    "m.quantity('level', law, a='A', v='2 uM/s', half=0.1)",
    "m.event('kick', {'A': '0.2 uM', 'x': 0.1}, at=[0.25, 0.5], delay=0.1, priority=1)",
    "m.event('fall', {'x': 1.0}, when=rate, a='B', persistent=False, at_start=True)",
    "m.reaction('2 A <-> B', k='k', k_back='0.5 1/s')",
    "m.reaction('A -> B', law, a='A', v=0.1, half='B', name='uptake')",
    "m.reaction(([(1, 'B')], []), k=0.3, at=cell)",
    "m.reaction('R + A -> R + B', k=0.01)",
    "m.reaction('Ca.cell <-> Ca.out', k=0.01, k_back=0.01, at=membrane)",
    "m.reaction('0 -> A', law, a='stimulus', v='1 uM/s', half=0.5)",
    "m.add(md.mechanisms.ERLeak(), cytosol=cell, er=out)",
)
NEEDED = 12
"""Of these come first what the others name."""
VARY = (
    "m = m.changed(parameters={'k': 1.0}, volumes={'cell': '1 fL'}, areas={'plasma': 2.0}, "
    "initial={'A': '2 uM', 'x': 0.2})",
    "m = m.changed(voltages={'plasma': -50})", "m = m.scaled(2, fixed='densities', nearest=False)",
)  # fmt: skip
RUN = (
    "md.simulate(m, 0.5, engine='ode', max_steps=2000, rtol=1e-5, atol=1e-3, progress=False)",
    "md.simulate(m, [0.0, 0.1, 0.2], engine='gillespie', max_events=500, trajectories=3, seed=1, workers=1)",
    "md.simulate(m, [0.0, 0.1], engine='tau_leaping', epsilon=0.03, max_events=10_000, seed=1, workers=1)",
    "md.simulate(m, [0.0, 0.1], engine='langevin', max_steps=500, seed=1, workers=1)",
    "md.simulate(m, [0.0, 0.1], engine='hybrid', max_events=500, seed=1, workers=1)",
    "md.simulate(m, [0.0, 0.1], engine={'cell': 'flow', 'plasma': 'jump', 'out': 'flow'}, max_events=500, seed=1)",
    "md.simulate(m, 0.1, engine='gillespie', record='events', max_events=200, trajectories=[3], seed=1, workers=1)",
    "md.simulate(m, 0.1, engine='gillespie', record='statistics', histograms={'A': [0, 10, 20]}, "
    "trajectories=5, max_events=500)",
)  # fmt: skip
ASK = (
    "md.choose(m, [0.2], tolerance=0.2, observable='mean', of=['A.cell'], compartment='cell', duration=0.1, "
    "budget=0.02, seed=0, engines=['ode', 'gillespie'], workers=1)",
    "md.noise_scaling(m, [0.2, 0.4], of='A', compartment='cell', precision=0.5, max_events=2000, seed=0, workers=1)",
    "md.linear_noise(m, 0.1)", "md.stationary_noise(m)", "md.master_equation(m, 0.1)", "md.write_sbml(m)",
    "md.to_gillespy2(m)", "str(m)",
)  # fmt: skip


def script(rng: Rng) -> str:
    """Some of the calls above, of which none to three are given odd arguments."""
    ask = rng.random() < 0.15
    optional = [call for call in BUILD[NEEDED:] if rng.random() < 0.6]
    calls = [*BUILD[:NEEDED], *optional, *(call for call in VARY if rng.random() < 0.3), pick(rng, ASK if ask else RUN)]
    for _ in range(int(rng.choice([0, 1, 1, 1, 2, 3]))):
        at = len(calls) - 1 if rng.random() < 0.3 else int(rng.integers(len(calls)))
        calls[at] = _with_odd_argument(rng, calls[at])
    if rng.random() < 0.1:
        at = int(rng.integers(1, len(calls)))
        calls.insert(int(rng.integers(at, len(calls))), calls[at])
    return HEAD + "\n".join(calls) + "\n"


def _with_odd_argument(rng: Rng, call: str) -> str:
    """A call with one value in its arguments replaced, or what is inside of one."""
    tree = ast.parse(call)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    calls = [node for node in calls if ast.unparse(node.func).startswith(("m.", "md."))]
    values = [value for node in calls for value in (*node.args, *(given.value for given in node.keywords))]
    values += [value for node in ast.walk(tree) if isinstance(node, ast.Dict | ast.List) for value in _inside(node)]
    if not values:
        return call
    chosen = values[int(rng.integers(len(values)))]
    written = call.encode()  # ast counts bytes
    return (written[: chosen.col_offset] + pick(rng, ODD).encode() + written[chosen.end_col_offset :]).decode()


def _inside(node: ast.Dict | ast.List) -> list[ast.expr]:
    return node.values if isinstance(node, ast.Dict) else node.elts
