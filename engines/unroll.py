"""The direct method written out for one small network, as straight code; larger ones go by ``engines/loops/table.py``.

Species, rates and sums become local variables, so that a compiler keeps them in registers. Parameters, volumes and
counts stay arguments of the code. The next reaction is found by descent of a binary tree of sums, each computed from
its two parts, never by adding a difference.
"""

from __future__ import annotations

from functools import lru_cache

from engines.dependencies import dependents, steps
from engines.kernel import address, loops
from mechanisms.network import Network
from mechanisms.recorder import record

LARGEST = 48
"""Reactions above which tables are used: beyond it compilation takes longer than most runs."""
BRANCHLESS = 4
"""Reactions up to which the next one is found without a branch, which a processor could not predict. Of functions their
laws have exponentials at most: some of them side by side take less time than a branch that is guessed wrongly."""
EXPONENTIAL = "math.exp("

HEAD = '''"""Generated from a network by engines.unroll."""

import math

import numpy as np
from numba import carray, cfunc, float64, int32, int64, types, uint64

from {loops}.multimer import step
from {loops}.random import exponential, uniform
from {loops}.status import NEGATIVE

floats, words, integers, small = (types.CPointer(kind) for kind in (float64, uint64, int64, int32))
state = (floats, floats, floats, small, int64, small, words, floats)
signature = int64(*state, float64, floats, int64, floats, int64, int64, integers)


@cfunc(signature, cache=True, error_model="numpy")
def advance(
    y, c, scale, members_, capacity, watched_, generator, clock, t_end, grid, until, recorded, width, budget, report
):
'''


@lru_cache(maxsize=16)
def advance_address(network: Network) -> int:
    """The address of ``advance``, which does what that of ``engines/loops/table.py`` does; 0 for a large network."""
    if not 0 < len(network.reactions) <= LARGEST:
        return 0
    text = HEAD.format(loops=loops("status").__package__) + _Writer(network).text()
    return address("advance", text, lambda: text, network)


class _Writer:
    def __init__(self, network: Network) -> None:
        self.network = network
        self.reactions = range(len(network.reactions))
        self.static = network.static
        self.steps = steps(network)
        self.stale, self.affected = dependents(network)
        self.lines: list[str] = []
        self.moving = sorted({i for j in self.reactions for i, _ in network.changes.row(j)})
        self.leaves = 1 << max(len(self.reactions) - 1, 0).bit_length()
        self.may_fail = not self.static.all()
        laws = [j for j in self.reactions if not self.static[j]]
        laws += [len(self.reactions) + i for i in range(len(network.quantities))]
        written = {row: " ".join(record(network.laws[network.law[row]]).statements) for row in laws}
        self.has_exponential = any(EXPONENTIAL in text for text in written.values())
        others_are_cheap = not any(_is_costly(text.replace(EXPONENTIAL, "")) for text in written.values())
        self.is_branchless = len(self.reactions) <= BRANCHLESS and not any(self.steps) and others_are_cheap
        self.costly = [] if self.is_branchless else [row for row, text in written.items() if _is_costly(text)]

    def text(self) -> str:
        self.load()
        self.write(4, "a, b, cc, d = generator[0], generator[1], generator[2], generator[3]")
        self.write(4, "t, t_next, events, looked = clock[0], clock[1], 0, report[2]")
        self.write(4, "t_look = grid[looked] if looked < until else math.inf")
        self.write(4, *(f"f{j} = 0.0" for j in self.reactions if self.is_branchless))
        if not self.is_branchless:
            self.write(4, "fired = 0")
        if self.costly:
            self.write(4, f"dirty = {(1 << len(self.costly)) - 1}")
        # Rates are computed at the end of the loop where that is short, which spares a branch; it takes writing them
        # twice, so that longer ones would take longer to compile.
        at_end = self.is_branchless
        if at_end:
            self.evaluate(4)
            self.write(4, "if t_next == -math.inf:")
            self.draw(8)
        else:
            self.write(4, "drawn = t_next > -math.inf")
        self.write(4, "while report[0] == 0:" if self.may_fail else "while True:")
        if not at_end:
            self.evaluate(8)
            self.write(8, "if report[0] != 0:", "    break", "if not drawn:")
            self.draw(12)
            self.write(12, "drawn = True")
        self.write(8, "while t_next > t_look:")
        for slot in range(self.network.first_quantity):
            self.write(12, f"recorded[looked * width + {slot}] = x{slot}")
        self.write(12, "looked += 1", "t_look = grid[looked] if looked < until else math.inf")
        self.write(8, "if t_next > t_end or events >= budget:", "    break")
        self.write(8, "u, a, b, cc, d = uniform(a, b, cc, d)", "z = u * s1")
        if self.costly:
            self.write(8, "dirty = 0")
        if any(self.steps):
            self.write(8, "moved, before, after = -1, 0.0, 0.0")
        if self.is_branchless:
            self.branchless()
        else:
            self.descend(1, 8)
        if any(self.steps):
            self.move()
        if at_end:
            self.write(8, "t = t_next", "events += 1")
            self.evaluate(8)
            self.draw(8)
        self.store()
        return "\n".join(self.lines) + "\n"

    def evaluate(self, indent: int) -> None:
        """Quantities, rates and their sums at the state; a costly law only where its arguments have changed."""
        for row in (*(len(self.reactions) + i for i in range(len(self.network.quantities))), *self.reactions):
            deeper = 4 if row in self.costly else 0
            if deeper:
                self.write(indent, f"if dirty & {1 << self.costly.index(row)}:")
            if row < len(self.reactions):
                self.rate(row, indent + deeper)
            else:
                self.quantity(row - len(self.reactions), indent + deeper)
        for node in range(self.leaves - 1, 0, -1):
            left, right = self.sum_of(2 * node), self.sum_of(2 * node + 1)
            if right is not None:
                self.write(indent, f"s{node} = {left} + {right}")
        if len(self.reactions) == 1:
            self.write(indent, "s1 = r0")

    def draw(self, indent: int) -> None:
        """The time of the next reaction."""
        self.write(indent, "e, a, b, cc, d = exponential(a, b, cc, d)")
        self.write(indent, "t_next = t + e / s1 if s1 > 0.0 else math.inf")

    def write(self, indent: int, *lines: str) -> None:
        self.lines += [" " * indent + line for line in lines]

    # -- values ------------------------------------------------------------------------------------------------------

    def load(self) -> None:
        """Slots and coefficients into local variables; an argument that holds still is scaled once."""
        network = self.network
        rows = [j for j in self.reactions if not self.static[j]]
        rows += [len(self.reactions) + i for i in range(len(network.quantities))]
        read = {slot for j in self.reactions for slot, _ in network.reactants.row(j)} | set(self.moving)
        positions = [p for row in rows for p in range(network.arguments.start[row], network.arguments.start[row + 1])]
        read |= {int(network.arguments.index[p]) for p in positions}
        read |= set(range(network.first_quantity))
        if any(self.steps):
            self.write(4, f"members = carray(members_, ({len(network.species)}, capacity))")
            self.write(4, "watched = carray(watched_, (1,))")
        for slot in sorted(read):
            self.write(4, f"x{slot} = y[{slot}]")
        for p in positions:
            self.write(4, f"g{p} = scale[{p}]")
            if network.arguments.index[p] >= network.first_input:
                self.write(4, f"v{p} = x{network.arguments.index[p]} * g{p}")
        for j in self.reactions:
            self.write(4, f"c{j} = c[{j}]")

    def store(self) -> None:
        self.write(4, "generator[0], generator[1], generator[2], generator[3] = a, b, cc, d")
        if self.is_branchless:
            turns = " + ".join(f"{j} * f{j}" for j in self.reactions)
            self.write(4, f"fired = int64({turns})")
        self.write(4, "if events > 0 and report[0] == 0:", "    report[1] = fired")
        self.write(4, "clock[0], clock[1], report[2] = t, t_next, looked")
        slots = [*self.moving, *(len(self.network.species) + m for m in range(len(self.network.multimers)))]
        self.write(4, *(f"y[{slot}] = x{slot}" for slot in slots))
        self.write(4, "return events")

    def law(self, row: int, label: str, indent: int) -> str:
        """Statements of a law; returns the expression of its value."""
        network = self.network
        law = network.laws[network.law[row]]
        written = record(law, prefix=label)
        first = network.arguments.start[row]
        for i, name in enumerate(law.names):
            slot = network.arguments.index[first + i]
            value = f"v{first + i}" if slot >= network.first_input else f"x{slot} * g{first + i}"
            self.write(indent, f"{label}{name} = {value}")
        self.write(indent, *written.statements)
        return written.result

    def quantity(self, i: int, indent: int) -> None:
        value = self.law(len(self.reactions) + i, f"q{i}_", indent)
        self.write(indent, f"x{self.network.first_quantity + i} = {value}")

    def rate(self, j: int, indent: int) -> None:
        """Recompute r{j}, the rate of reaction j."""
        network = self.network
        factors, guards = [f"c{j}"], []
        for slot, order in network.reactants.row(j):
            if network.mass_action[j]:
                clamped = network.clamped[slot]
                factors += [f"x{slot}" if i == 0 or clamped else f"(x{slot} - {i})" for i in range(int(order))]
            elif order:
                guards.append(f"x{slot} >= {order}")
        if not self.static[j]:
            value = self.law(j, f"l{j}_", indent)
            factors.append(f"({value})")
        text = " * ".join(factors)
        self.write(indent, f"r{j} = {text} if {' and '.join(guards)} else 0.0" if guards else f"r{j} = {text}")
        if not self.static[j]:
            self.write(indent, f"if not 0.0 <= r{j} < math.inf:", f"    report[0], report[1] = NEGATIVE, {j}")

    # -- choosing ----------------------------------------------------------------------------------------------------

    def sum_of(self, node: int) -> str | None:
        """The variable of a node of the sum tree, or None where no reaction is below it."""
        while node < self.leaves:
            if self.sum_of(2 * node + 1) is not None:
                return f"s{node}"
            node *= 2
        return f"r{node - self.leaves}" if node - self.leaves < len(self.reactions) else None

    def descend(self, node: int, indent: int) -> None:
        """Nested branches down the sum tree to one reaction."""
        if node >= self.leaves:
            self.fire(node - self.leaves, indent)
            return
        left, right = self.sum_of(2 * node), self.sum_of(2 * node + 1)
        if right is None:
            self.descend(2 * node, indent)
            return
        self.write(indent, f"if z < {left}:")
        self.descend(2 * node, indent + 4)
        self.write(indent, "else:", f"    z -= {left}")
        self.descend(2 * node + 1, indent + 4)

    def fire(self, j: int, indent: int) -> None:
        """Change the state by reaction j."""
        # Rounding at the end of the last interval can lead to a rate of 0: then nothing happens, and it is drawn again.
        self.write(indent, f"if r{j} > 0.0:")
        indent += 4
        self.write(indent, "t, drawn = t_next, False", "events += 1", f"fired = {j}")
        for i, n in self.network.changes.row(j):
            self.write(indent, f"x{i} += {n}")
        step = self.steps[j]
        if step is not None:
            self.write(indent, f"moved, before, after = {j}, x{step.origin} + 1.0, x{step.target}")
        rows = {*self.affected[j], *(len(self.reactions) + i for i in self.stale[j])}
        mask = sum(1 << i for i, row in enumerate(self.costly) if row in rows)
        if mask:
            self.write(indent, f"dirty = {mask}")

    def move(self) -> None:
        """After the branches, in one place: which complex the subunit that stepped belongs to."""
        for name, values in self.step_columns().items():
            self.lines.insert(0, f"    {name} = np.array({values})")
        self.write(8, "if moved >= 0:", "    group = of_group[moved]")
        self.write(12, "opened, a, b, cc, d = step(members, watched, of_origin[moved], of_target[moved],")
        self.write(16, "before, after, of_watched[group], of_needed[group], a, b, cc, d)")
        for m in range(len(self.network.multimers)):
            self.write(12, f"x{len(self.network.species) + m} += opened if group == {m} else 0.0")

    def step_columns(self) -> dict[str, list[int]]:
        """Constants of the code: by reaction the multimer and its two states, by multimer the rule of conducting."""
        network = self.network
        return {
            "of_group": [step.group if step else 0 for step in self.steps],
            "of_origin": [step.origin if step else 0 for step in self.steps],
            "of_target": [step.target if step else 0 for step in self.steps],
            "of_watched": [network.species.index(group.watched) for group in network.multimers],
            "of_needed": [group.needed for group in network.multimers],
        }

    def branchless(self) -> None:
        """Each reaction's turn as 1.0 or 0.0, and every species changed by arithmetic alone."""
        if len(self.reactions) == 4 and self.has_exponential:
            self.unguessed()
        else:
            self.picked()
        for i in self.moving:
            turns = [f"{n} * f{j}" for j in self.reactions for k, n in self.network.changes.row(j) if k == i]
            self.write(8, f"x{i} += {' + '.join(turns)}")

    def unguessed(self) -> None:
        """Turns of four reactions by arithmetic alone: of conditions made of two a compiler makes branches.

        These are quicker, unless all that comes after a wrong guess takes long.
        """
        self.write(8, "right = 1.0 if z >= s2 else 0.0", "z -= s2 * right")
        self.write(8, "upper = 1.0 if z >= (r2 if right > 0.0 else r0) else 0.0")
        self.write(8, "f0, f1 = (1.0 - right) * (1.0 - upper), (1.0 - right) * upper")
        self.write(8, "f2, f3 = right * (1.0 - upper), right * upper")

    def picked(self) -> None:
        """Turns of up to four reactions by conditions."""
        count = len(self.reactions)
        if count > 2:
            self.write(8, "right = z >= s2", "z -= s2 if right else 0.0")
            self.write(8, "upper = z >= (r2 if right else r0)")
            picks = [
                "not right and not upper",
                "not right and upper",
                "right" if count == 3 else "right and not upper",
            ]
            picks.append("right and upper")
        else:
            self.write(8, f"upper = {'z >= r0' if count == 2 else 'False'}")
            picks = ["not upper", "upper"]
        for j in self.reactions:
            self.write(8, f"f{j} = 1.0 if {picks[j]} else 0.0")


def _is_costly(law: str) -> bool:
    """Whether a law has a function or a power, which take longer than a branch that is guessed wrongly."""
    return "math." in law or "**" in law
