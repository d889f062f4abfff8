"""Noise against volume: measured, predicted by linear noise, and certified to fall as 1/sqrt(V), or not."""
