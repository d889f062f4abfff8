"""From glutamate to IP3 in elementary steps: receptor, Gq, phospholipase C, and the enzymes that remove IP3.

Glutamate L binds the receptor R, with or without the trimer Gq at it; LR.Gq exchanges GDP for GTP and falls apart into
the receptor, Ga.GTP and Gbg. Phospholipase C, with its substrate PIP2 at it, works when calcium is bound, and 80 times
faster with Ga.GTP too; bound to it, Ga.GTP is hydrolysed faster. IP3 is dephosphorylated, and phosphorylated by a
kinase that two calcium ions switch on. PIP2 is held: each enzyme finds its next one at once or in a step of its own.

    names: P PIP2 at PLC, G Ga.GTP at PLC, C calcium at PLC, as in CGPLCP.

Binding takes calcium and IP3 from the cytosol. Glutamate is outside and washed: the receptor takes none of it.
"""

from collections.abc import Iterator

from mechanisms.ip3.scheme import binding
from mechanisms.law import rate_law
from mechanisms.mechanism import Mechanism, State, parameter, port
from mechanisms.places import Compartment, Parameter
from mechanisms.reaction import Reaction

TABLE = "Mahajan & Nadkarni 2019, their published code; several rates after Doi et al. 2005"


@rate_law(reload="1/uM/s", pip2="uM", returns="1/s")
def reloading(reload, pip2):  # type: ignore[no-untyped-def]
    """k [PIP2], of which there is so much that it does not change."""
    return reload * pip2


class GqCascade(Mechanism):
    """0 -> IP3(cytosol) + DAG by way of Gq.  Doi et al. 2005; Mahajan & Nadkarni 2019."""

    cytosol: Compartment = port()
    outside: Compartment = port()
    receptors: Parameter = parameter(0.3, "uM", source=TABLE)
    g_proteins: Parameter = parameter(1.0, "uM", source=TABLE)
    plc: Parameter = parameter(0.8, "uM", source=TABLE)
    phosphatase: Parameter = parameter(1.0, "uM", source=TABLE)
    kinase: Parameter = parameter(0.9, "uM", source=TABLE)
    pip2: Parameter = parameter(4000.0, "uM", source=TABLE)
    ligand_on: Parameter = parameter(11.1, "1/uM/s", source=TABLE)
    ligand_off: Parameter = parameter(2.0, "1/s", source=TABLE)
    trimer_on: Parameter = parameter(2.0, "1/uM/s", source=TABLE)
    trimer_off: Parameter = parameter(100.0, "1/s", source=TABLE)
    exchange: Parameter = parameter(116.0, "1/s", source=TABLE)
    basal_exchange: Parameter = parameter(0.001, "1/s", source=TABLE)
    hydrolysis: Parameter = parameter(0.02, "1/s", source=TABLE)
    reassembly: Parameter = parameter(6.0, "1/uM/s", source=TABLE)
    ca_on: Parameter = parameter(300.0, "1/uM/s", source=TABLE)
    ca_off: Parameter = parameter(100.0, "1/s", source=TABLE)
    ca_on_g: Parameter = parameter(900.0, "1/uM/s", source=TABLE)
    ca_off_g: Parameter = parameter(30.0, "1/s", source=TABLE)
    g_on: Parameter = parameter(800.0, "1/uM/s", source=TABLE)
    g_off: Parameter = parameter(40.0, "1/s", source=TABLE)
    g_on_ca: Parameter = parameter(1200.0, "1/uM/s", source=TABLE)
    g_off_ca: Parameter = parameter(6.0, "1/s", source=TABLE)
    basal_cleavage: Parameter = parameter(2.0, "1/s", source=TABLE)
    cleavage: Parameter = parameter(160.0, "1/s", source=TABLE)
    reload: Parameter = parameter(1.0, "1/uM/s", source=TABLE)
    unload: Parameter = parameter(170.0, "1/s", source=TABLE)
    gap: Parameter = parameter(8.0, "1/s", source=TABLE)
    gap_loaded: Parameter = parameter(2.0, "1/s", source=TABLE)
    dag_loss: Parameter = parameter(0.15, "1/s", source=TABLE)
    kinase_ca_on: Parameter = parameter(1111.0, "1/uM^2/s", source=TABLE)
    kinase_ca_off: Parameter = parameter(100.0, "1/s", source=TABLE)
    kinase_on: Parameter = parameter(100.0, "1/uM/s", source=TABLE)
    kinase_off: Parameter = parameter(80.0, "1/s", source=TABLE)
    phosphorylation: Parameter = parameter(20.0, "1/s", source=TABLE)
    phosphatase_on: Parameter = parameter(9.0, "1/uM/s", source=TABLE)
    phosphatase_off: Parameter = parameter(72.0, "1/s", source=TABLE)
    dephosphorylation: Parameter = parameter(18.0, "1/s", source=TABLE)

    def species(self) -> Iterator[State]:
        starts = {"R": self.receptors, "Gq": self.g_proteins, "PLCP": self.plc, "IP3K": self.kinase}
        starts["IP5P"] = self.phosphatase
        rest = ("LR", "RGq", "LRGq", "GaGTP", "GaGDP", "Gbg", "CPLCP", "GPLCP", "CGPLCP", "CPLC", "CGPLC", "DAG")
        for name in (*starts, *rest, "IP3K2", "IP3K2_IP3", "IP5P_IP3"):
            yield State(name, "cytosol", concentration=starts[name].value if name in starts else 0.0)

    def reactions(self) -> Iterator[Reaction]:
        yield from self.receptor()
        yield from self.phospholipase()
        yield from self.removal()

    def receptor(self) -> Iterator[Reaction]:
        """Glutamate to Ga.GTP, and the trimer's way back."""
        ligand = {"on": "ligand_on", "ligand": "glutamate.outside"}
        yield Reaction("R <-> LR", k=binding, k_back="ligand_off", bindings=ligand)
        yield Reaction("RGq <-> LRGq", k=binding, k_back="ligand_off", bindings=ligand)
        yield Reaction("R + Gq <-> RGq", k="trimer_on", k_back="trimer_off")
        yield Reaction("LR + Gq <-> LRGq", k="trimer_on", k_back="trimer_off")
        yield Reaction("LRGq -> LR + GaGTP + Gbg", k="exchange")
        yield Reaction("Gq -> GaGTP + Gbg", k="basal_exchange")
        yield Reaction("GaGTP -> GaGDP", k="hydrolysis")
        yield Reaction("GaGDP + Gbg -> Gq", k="reassembly")

    def phospholipase(self) -> Iterator[Reaction]:
        """Calcium and Ga.GTP switch phospholipase C on; it cleaves PIP2, and hastens the hydrolysis of GTP."""
        yield Reaction("Ca.cytosol + PLCP <-> CPLCP", k="ca_on", k_back="ca_off")
        yield Reaction("Ca.cytosol + GPLCP <-> CGPLCP", k="ca_on_g", k_back="ca_off_g")
        yield Reaction("GaGTP + PLCP <-> GPLCP", k="g_on", k_back="g_off")
        yield Reaction("GaGTP + CPLCP <-> CGPLCP", k="g_on_ca", k_back="g_off_ca")
        yield Reaction("GaGTP + CPLC <-> CGPLC", k="g_on_ca", k_back="g_off_ca")
        yield Reaction("CPLCP -> CPLC + IP3.cytosol + DAG", k="basal_cleavage")
        yield Reaction("CGPLCP -> CGPLC + IP3.cytosol + DAG", k="cleavage")
        yield Reaction("CPLC <-> CPLCP", k=reloading, k_back="unload")
        yield Reaction("CGPLC <-> CGPLCP", k=reloading, k_back="unload")
        yield Reaction("GPLCP -> PLCP + GaGDP", k="gap")
        yield Reaction("CGPLCP -> CPLCP + GaGDP", k="gap_loaded")
        yield Reaction("CGPLC -> CPLC + GaGDP", k="gap")

    def removal(self) -> Iterator[Reaction]:
        """What becomes of DAG and IP3."""
        yield Reaction("DAG -> 0", k="dag_loss")
        yield Reaction("IP3K + 2 Ca.cytosol <-> IP3K2", k="kinase_ca_on", k_back="kinase_ca_off")
        yield Reaction("IP3K2 + IP3.cytosol <-> IP3K2_IP3", k="kinase_on", k_back="kinase_off")
        yield Reaction("IP3K2_IP3 -> IP3K2", k="phosphorylation")
        yield Reaction("IP5P + IP3.cytosol <-> IP5P_IP3", k="phosphatase_on", k_back="phosphatase_off")
        yield Reaction("IP5P_IP3 -> IP5P", k="dephosphorylation")
