"""Some hundred nearly right inputs at every border: accepted or refused in our words, and nothing else.

``python -m tests.fuzz`` tries as many as are wanted.
"""

import os

import pytest

from tests.fuzz.borders import BORDERS, Border
from tests.fuzz.campaign import OUTCOMES, campaign, inputs

INPUTS = 600


@pytest.mark.parametrize("border", BORDERS)
def test_nearly_right_inputs_are_accepted_or_refused(border: str) -> None:
    """Some of both, no crash, no hang, no error of Python."""
    findings = campaign(INPUTS, 1, only=[border])
    assert not findings.wrong, findings.table()
    counts = findings.counts[border]
    assert counts.total() == round(INPUTS * BORDERS[border].share)
    assert min(counts["accepted"], counts["refused"]) > 0.05 * counts.total()


def test_inputs_are_the_same_for_the_same_seed() -> None:
    first, again, other = (list(inputs(40, seed, {})) for seed in (5, 5, 6))
    assert first == again
    assert sum(one == two for one, two in zip(first, other, strict=True)) < len(first) / 2


def _misbehave(text: str) -> None:
    if text == "crash":
        os.abort()
    if text == "hang":
        while True:
            pass
    if text == "foreign":
        raise KeyError(text)


def test_what_goes_wrong_is_found_and_kept(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    """A child that crashes or hangs is replaced, and the next input tried."""
    given = ["accepted", "crash", "foreign", "hang", "accepted"]
    numbers = iter(given)
    border = Border(lambda rng, _: next(numbers), _misbehave, 1.0, ".txt")
    monkeypatch.setattr("tests.fuzz.campaign.BORDERS", {"command": border})
    monkeypatch.setattr("tests.fuzz.campaign.serve", misbehaving)
    findings = campaign(len(given), 1, limit=5.0)
    counts = findings.counts["command"]
    assert {outcome: counts[outcome] for outcome in OUTCOMES if counts[outcome]} == {
        "accepted": 2, "crash": 1, "foreign": 1, "hang": 1,
    }  # fmt: skip
    findings.save(tmp_path)
    kept = {path.read_text() for path in tmp_path.glob("*.txt")}
    assert kept == {"crash", "foreign", "hang"}


def misbehaving(connection, patience) -> None:
    """A child whose one border does what the input says."""
    from tests.fuzz import borders, child

    borders.BORDERS["command"] = Border(lambda rng, _: "", _misbehave, 1.0, ".txt")
    child.serve(connection, patience)
