"""Reaction networks as BioNetGen writes them."""
