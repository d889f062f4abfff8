"""Receptors that make cyclic AMP by way of Gs, or suppress it by way of Gi, in elementary steps.

A receptor with its ligand makes G fall apart into Ga.GTP and Gbg; Ga.GTP binds adenylyl cyclase (AC5), with or without
its substrate ATP and calcium at it, until its GTP is hydrolysed. With Gs.GTP the cyclase is 20 times faster, with
Gi.GTP a quarter as fast. Two phosphodiesterases degrade cAMP, one of which two cAMP switch on.

    names of the cyclase's states: AC, then C with calcium, G with Ga.GTP, T with ATP at it.

Nair et al. 2015, by way of a published toolkit. Its rates of protein kinase A are of the wrong order and kind, so that
it is left out; of the two rates that it has for Gi and the cyclase, 5,000 and 50,000 1/uM/s, the second is taken.
"""

from collections.abc import Iterator

from mechanisms.ip3.scheme import binding
from mechanisms.law import rate_law
from mechanisms.mechanism import Mechanism, State, parameter, port
from mechanisms.places import Compartment, Parameter
from mechanisms.reaction import Reaction

TABLE = "Nair et al. 2015, as in a published toolkit (original not opened)"


@rate_law(on="1/uM/s", atp="uM", returns="1/s")
def taking_atp(on, atp):  # type: ignore[no-untyped-def]
    """k [ATP], of which there is so much that it does not change."""
    return on * atp


class Cyclase(Mechanism):
    """What both receptors share: ligand, G protein, the cyclase's states, and cAMP in the cytosol."""

    cytosol: Compartment = port()
    outside: Compartment = port()
    receptors: Parameter = parameter(2.0, "uM", source=TABLE)
    cyclase: Parameter = parameter(0.7, "uM", source=TABLE)
    atp: Parameter = parameter(5000.0, "uM", source=TABLE)
    recombination: Parameter = parameter(100.0, "1/uM/s", source=TABLE)
    hydrolysis: Parameter = parameter(30.0, "1/s", source=TABLE)
    ca_on: Parameter = parameter(1.0, "1/uM/s", source=TABLE)
    ca_off: Parameter = parameter(0.9, "1/s", source=TABLE)
    ligand_on: Parameter
    ligand_off: Parameter
    g_proteins: Parameter
    trimer_on: Parameter
    trimer_off: Parameter
    exchange: Parameter
    g_on: Parameter
    g_off: Parameter
    atp_on: Parameter = parameter(0.1, "1/uM/s", source=TABLE)
    atp_off: Parameter = parameter(1.0, "1/s", source=TABLE)
    basal: Parameter = parameter(1.0, "1/s", source=TABLE)
    atp_on_c: Parameter = parameter(0.075, "1/uM/s", source=TABLE)
    basal_c: Parameter = parameter(0.5, "1/s", source=TABLE)
    atp_on_g: Parameter
    turnover_g: Parameter
    atp_on_cg: Parameter
    turnover_cg: Parameter
    g_release: Parameter

    def species(self) -> Iterator[State]:
        starts = {"R": self.receptors, "G": self.g_proteins, "AC": self.cyclase}
        for name in ("R", "LR", "G", "LRG", "GaGTP", "GaGDP", "Gbg", *(f"AC{state}" for state in STATES)):
            yield State(name, "cytosol", concentration=starts[name].value if name in starts else 0.0)

    def reactions(self) -> Iterator[Reaction]:
        ligand = {"on": "ligand_on", "ligand": "ligand.outside"}
        yield Reaction("R <-> LR", k=binding, k_back="ligand_off", bindings=ligand)
        yield Reaction("LR + G <-> LRG", k="trimer_on", k_back="trimer_off")
        yield Reaction("LRG -> LR + GaGTP + Gbg", k="exchange")
        yield Reaction("GaGTP -> GaGDP", k="hydrolysis")
        yield Reaction("GaGDP + Gbg -> G", k="recombination")
        yield Reaction("AC + Ca.cytosol <-> ACC", k="ca_on", k_back="ca_off")
        for state in ("", "C", "T"):
            bound = f"AC{state.replace('T', '')}G{'T' if 'T' in state else ''}"
            yield Reaction(f"AC{state} + GaGTP <-> {bound}", k="g_on", k_back="g_off")
            yield Reaction(f"{bound} -> AC{state} + GaGDP", k="g_release")
        for state, on, turnover in (
            ("", "atp_on", "basal"), ("C", "atp_on_c", "basal_c"), ("G", "atp_on_g", "turnover_g"),
            ("CG", "atp_on_cg", "turnover_cg"),
        ):  # fmt: skip
            yield Reaction(f"AC{state} <-> AC{state}T", k=taking_atp, k_back="atp_off", bindings={"on": on})
            yield Reaction(f"AC{state}T -> AC{state} + cAMP.cytosol", k=turnover)


STATES = ("", "C", "G", "CG", "T", "CT", "GT", "CGT")
"""Of the cyclase, behind AC."""


class GsCascade(Cyclase):
    """0 -> cAMP(cytosol), faster with ligand outside.  Nair et al. 2015."""

    ligand_on: Parameter = parameter(5.0, "1/uM/s", source=TABLE)
    ligand_off: Parameter = parameter(5.0, "1/s", source=TABLE)
    g_proteins: Parameter = parameter(2.0, "uM", source=TABLE)
    trimer_on: Parameter = parameter(3.0, "1/uM/s", source=TABLE)
    trimer_off: Parameter = parameter(5.0, "1/s", source=TABLE)
    exchange: Parameter = parameter(15.0, "1/s", source=TABLE)
    g_on: Parameter = parameter(200.0, "1/uM/s", source=TABLE)
    g_off: Parameter = parameter(0.1, "1/s", source=TABLE)
    g_release: Parameter = parameter(0.2, "1/s", source=TABLE)
    atp_on_g: Parameter = parameter(1.05, "1/uM/s", source=TABLE)
    turnover_g: Parameter = parameter(20.0, "1/s", source=TABLE)
    atp_on_cg: Parameter = parameter(0.55, "1/uM/s", source=TABLE)
    turnover_cg: Parameter = parameter(10.0, "1/s", source=TABLE)


class GiCascade(Cyclase):
    """0 -> cAMP(cytosol), slower with ligand outside.  Nair et al. 2015."""

    ligand_on: Parameter = parameter(100.0, "1/uM/s", source=TABLE)
    ligand_off: Parameter = parameter(200.0, "1/s", source=TABLE)
    g_proteins: Parameter = parameter(3.0, "uM", source=TABLE)
    trimer_on: Parameter = parameter(6600.0, "1/uM/s", source=TABLE)
    trimer_off: Parameter = parameter(200.0, "1/s", source=TABLE)
    exchange: Parameter = parameter(60.0, "1/s", source=TABLE)
    g_on: Parameter = parameter(50000.0, "1/uM/s", source=f"{TABLE}; its other table has 5000")
    g_off: Parameter = parameter(5.0, "1/s", source=TABLE)
    g_release: Parameter = parameter(30.0, "1/s", source=TABLE)
    atp_on_g: Parameter = parameter(0.0625, "1/uM/s", source=TABLE)
    turnover_g: Parameter = parameter(0.25, "1/s", source=TABLE)
    atp_on_cg: Parameter = parameter(0.0563, "1/uM/s", source=TABLE)
    turnover_cg: Parameter = parameter(0.125, "1/s", source=TABLE)


class Phosphodiesterases(Mechanism):
    """cAMP(cytosol) -> 0, by PDE4 and by PDE10, which two cAMP switch on.  Nair et al. 2015."""

    cytosol: Compartment = port()
    pde4: Parameter = parameter(2.0, "uM", source=TABLE)
    pde10: Parameter = parameter(0.7, "uM", source=TABLE)
    on4: Parameter = parameter(10.0, "1/uM/s", source=TABLE)
    off4: Parameter = parameter(1.0, "1/s", source=TABLE)
    turnover4: Parameter = parameter(2.0, "1/s", source=TABLE)
    switch_on: Parameter = parameter(0.001, "1/uM^2/s", source=TABLE)
    switch_off: Parameter = parameter(9.0, "1/s", source=TABLE)
    on10: Parameter = parameter(100.0, "1/uM/s", source=TABLE)
    off10: Parameter = parameter(2.0, "1/s", source=TABLE)
    turnover10: Parameter = parameter(3.0, "1/s", source=TABLE)
    on10c: Parameter = parameter(130.0, "1/uM/s", source=TABLE)
    off10c: Parameter = parameter(2.0, "1/s", source=TABLE)
    turnover10c: Parameter = parameter(10.0, "1/s", source=TABLE)

    def species(self) -> Iterator[State]:
        starts = {"PDE4": self.pde4, "PDE10": self.pde10}
        for name in ("PDE4", "PDE4_cAMP", "PDE10", "PDE10_cAMP", "PDE10c", "PDE10c_cAMP"):
            yield State(name, "cytosol", concentration=starts[name].value if name in starts else 0.0)

    def reactions(self) -> Iterator[Reaction]:
        yield Reaction("PDE10 + 2 cAMP.cytosol <-> PDE10c", k="switch_on", k_back="switch_off")
        for enzyme, n in (("PDE4", "4"), ("PDE10", "10"), ("PDE10c", "10c")):
            yield Reaction(f"{enzyme} + cAMP.cytosol <-> {enzyme}_cAMP", k=f"on{n}", k_back=f"off{n}")
            yield Reaction(f"{enzyme}_cAMP -> {enzyme}", k=f"turnover{n}")
