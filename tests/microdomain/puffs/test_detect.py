"""Events in traces that are drawn by hand, where every measure is known."""

import numpy as np
import pytest

from microdomain.puffs.detect import Events, Rule, find_events, overlap

TIMES = np.linspace(0.0, 10.0, 1001)


def trapezoid(start: float, rise: float, flat: float, decay: float, height: float) -> np.ndarray:
    edges = np.cumsum([start, rise, flat, decay])
    return np.interp(TIMES, edges, [0.0, height, height, 0.0])


def found(*traces: np.ndarray, rule: Rule | None = None, **given: object) -> Events:
    return find_events(TIMES, np.array(traces), rule or Rule(on=1.0, off=0.2), **given)  # type: ignore[arg-type]


def test_the_shape_of_an_event() -> None:
    """Rise 20 to 80 % of a ramp is 0.6 of it; half height is passed in the middle of each ramp."""
    one = found(0.3 + trapezoid(2.0, 0.5, 1.0, 1.5, 4.0), baseline=0.3)
    assert len(one) == 1
    assert one.amplitude[0] == pytest.approx(4.0)
    assert one.rise[0] == pytest.approx(0.6 * 0.5, abs=1e-9)
    assert one.decay[0] == pytest.approx(0.6 * 1.5, abs=1e-9)
    assert one.duration[0] == pytest.approx(0.25 + 1.0 + 0.75, abs=1e-9)
    assert one.mass[0] == pytest.approx(4.0 * (0.25 + 1.0 + 0.75), rel=2e-3)
    assert one.start[0] == pytest.approx(2.0 + 0.5 * 0.2 / 4.0, abs=0.01)
    assert one.end[0] == pytest.approx(5.0 - 1.5 * 0.2 / 4.0, abs=0.01)


def test_hysteresis_keeps_an_event_that_sags_together() -> None:
    """It falls below ``on`` in between, and stays above ``off``; below that, two events need a long enough pause."""
    sagging = np.maximum(trapezoid(1, 0.1, 0.5, 0.5, 2.0), 0.5 * ((TIMES > 1) & (TIMES < 4)))
    sagging = np.maximum(sagging, trapezoid(3, 0.1, 0.5, 0.5, 2.0))
    assert len(found(sagging)) == 1
    apart = trapezoid(1, 0.1, 0.5, 0.5, 2.0) + trapezoid(3, 0.1, 0.5, 0.5, 2.0)
    assert len(found(apart)) == 2
    assert len(found(apart, rule=Rule(on=1.0, off=0.2, gap=1.5))) == 1
    assert len(found(apart, rule=Rule(on=1.0, off=0.2, least=2.0))) == 0


def test_small_and_cut_events_are_left_out() -> None:
    """One below ``on``, one that the trace begins in, and one that it ends in."""
    beginning = np.interp(TIMES, [0, 0.5], [3.0, 0.0])
    ending = np.interp(TIMES, [9.5, 10], [0.0, 3.0])
    assert len(found(trapezoid(4, 0.1, 1, 0.1, 0.9), beginning, ending)) == 0
    assert len(found(beginning + trapezoid(4, 0.1, 1, 0.1, 2.0) + ending)) == 1


def test_channels_intervals_and_numbers_of_trajectories() -> None:
    """Intervals are within a trajectory; the most channels are those of the event."""
    steps = np.zeros((2, len(TIMES)))
    for row, first, last, n in ((0, 100, 130, 1), (0, 400, 420, 3), (0, 700, 750, 2), (1, 200, 300, 5)):
        steps[row, first:last] = n
    events = found(*steps, rule=Rule(0.5, 0.5), channels=steps, numbers=[7, 9])
    assert events.trajectory.tolist() == [7, 7, 7, 9]
    assert events.channels.tolist() == [1, 3, 2, 5]
    assert events.intervals() == pytest.approx([3.0, 3.0])
    assert events.end - events.start == pytest.approx([0.3, 0.2, 0.5, 1.0])
    assert events.observed == {7: 10.0, 9: 10.0}


def test_a_detection_is_held_against_the_truth() -> None:
    """Of three true events two are met, one only within the slack, and one found event is none."""
    steps = np.zeros((1, len(TIMES)))
    steps[0, 100:150] = steps[0, 400:450] = steps[0, 700:750] = 1
    seen = np.zeros((1, len(TIMES)))
    seen[0, 120:200] = seen[0, 453:480] = seen[0, 900:920] = 1
    truth, events = (found(*trace, rule=Rule(0.5, 0.5)) for trace in (steps, seen))
    assert overlap(events, truth) == (1, 2, 2)
    assert overlap(events, truth, slack=0.05) == (2, 1, 1)


def test_parts_of_an_ensemble_are_joined() -> None:
    first, second = (found(trapezoid(2, 0.5, 1, 1, 4.0), numbers=[n]) for n in (0, 1))
    both = Events.joined([first, second])
    assert both.trajectory.tolist() == [0, 1]
    assert sum(both.observed.values()) == 20.0
    assert len(both.where(both.trajectory == 1)) == 1


@pytest.mark.parametrize("wrong", [(0.0, 0.0), (1.0, 2.0), (np.inf, 1.0), (1.0, 0.5, -1.0)])
def test_rules_that_cannot_be_are_refused(wrong: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="allowed: 0 < off <= on"):
        Rule(*wrong)


def test_shapes_that_do_not_match_are_refused() -> None:
    with pytest.raises(ValueError, match=r"found times \(1001,\), traces \(1, 5\)"):
        find_events(TIMES, np.zeros((1, 5)), Rule(1.0, 0.5))
