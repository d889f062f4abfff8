"""Models of GillesPy2, which need not be installed unless they are asked for."""

from __future__ import annotations

from typing import Any


def library() -> Any:
    """The package gillespy2. Raises ImportError with the command that installs it."""
    try:
        import gillespy2
    except ImportError:
        raise ImportError("GillesPy2 is not installed: pip install 'microdomain[gillespy2]'") from None
    return gillespy2
