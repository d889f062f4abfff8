"""Models that are assembled and ready to run."""

from mechanisms.models.ip3_microdomain import ip3_microdomain

MODELS = {"ip3_microdomain": ip3_microdomain}
"""Every library model, by name: a function of keyword arguments that returns a Model."""

__all__ = ["MODELS", "ip3_microdomain"]
