"""Cyclic AMP: receptors by way of Gs and Gi, adenylyl cyclase and phosphodiesterases."""
