"""Processor time, which other programs on the machine hardly change."""

from __future__ import annotations

import resource
import time


def processor_seconds() -> float:
    """Seconds of processor that this process and the children it has waited for have used, in all their threads."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime
