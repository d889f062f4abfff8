"""Puffs: events in traces, their statistics, and what a microscope would have seen of them."""
