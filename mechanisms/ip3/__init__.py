"""The inositol trisphosphate receptor and its ligand."""
