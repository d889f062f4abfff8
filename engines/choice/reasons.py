"""Why an engine was chosen, in words with the numbers they rest on."""

from __future__ import annotations

import numpy as np

from engines.choice.audit import UNRESOLVED
from engines.choice.decision import EXACT, FAILED, NEARLY_EXACT, SKIPPED, TOO_SLOW, Assessment, Decision


def reason(decision: Decision) -> str:
    """Of the choice itself, of the mean field, and of the other engines."""
    assessments, chosen = decision.assessments, decision.chosen
    untold = [one for one in assessments if one.verdict in (SKIPPED, TOO_SLOW) and one.audit is None]
    told = [one for one in assessments if one.verdict != EXACT and one is not chosen and one not in untold]
    slow = ", ".join(one.candidate.name for one in untold if one.verdict == TOO_SLOW)
    parts = [_words(one, decision) for one in told]
    if chosen is None:
        parts.insert(0, f"none of {', '.join(decision.question.engines)} is known to be right")
    elif chosen.verdict != EXACT:
        parts.insert(0, _words(chosen, decision))
    if slow:
        parts.append(f"not cheaper than exact runs: {slow}")
    if decision.measure is not None and not decision.measure.candidate.exact:
        parts.append(f"exact runs are out of reach, and errors are against {decision.measure.candidate.name}")
    return "; ".join(parts)


def _words(one: Assessment, decision: Decision) -> str:
    """Such as "ode errs by 0.21 ± 0.01 in Ca.cytosol (predicted: 0.2)"."""
    name, names = one.candidate.name, decision.question.observable.names
    if one.verdict == FAILED:
        return f"{name} fails: {one.detail}"
    if one.verdict == NEARLY_EXACT:
        return f"{name} is nearly exact: nothing flows, and nothing with few molecules leaps or diffuses"
    if one.audit is None:
        if not np.isfinite(one.predicted).all():
            return f"{name} is neither predicted nor audited"
        worst = int(np.argmax(one.predicted))
        return f"{name} is predicted to err by {one.predicted[worst]:.2g} in {names[worst]}"
    worst = one.audit.worst
    error, spread, predicted = one.audit.error[worst], one.audit.spread[worst], one.predicted[worst]
    about = f" ± {float(f'{spread:.1g}'):g}" if 0 < spread < np.inf else ""
    known = f"predicted: {predicted:.2g}" if np.isfinite(predicted) else ""
    told = {UNRESOLVED: "not resolved", TOO_SLOW: "no cheaper than exact runs", SKIPPED: "not needed: no cheaper"}
    beside = "beside coupled exact runs" if one.coupled else ""
    brackets = ", ".join(part for part in (known, beside, told.get(one.verdict, ""), one.detail) if part)
    return f"{name} errs by {error:.2g}{about} in {names[worst]}" + (f" ({brackets})" if brackets else "")
