"""Numbers as a reader likes them."""

from __future__ import annotations


def seconds_text(seconds: float) -> str:
    """Two digits with a unit that suits: "0.96 s", "37 ms", "200 us"."""
    for size, unit in ((1.0, "s"), (1e-3, "ms"), (1e-6, "us")):
        if seconds >= 0.95 * size:
            return f"{float(f'{seconds / size:.2g}'):g} {unit}"
    return f"{float(f'{seconds / 1e-9:.2g}'):g} ns"
