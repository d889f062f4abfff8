"""The inner loops: plain functions that numba compiles, copied beside the laws of a network (see engines.kernel)."""
