"""Linear noise: means, covariances and spectra by linear algebra, without sampling.

``over_time`` and ``stationary`` are what a user calls; both work on the linearised network of ``views``.
"""
