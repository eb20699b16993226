import math

import audmetric
import numpy as np
import pytest

from emoaff.evaluation.scores import AffectScores
from emoaff.evaluation.scores import Bootstrap
from tests.evaluation.scores.signals import random_affect


def test_draws_in_pieces_are_the_same_draws(monkeypatch):
    scores = AffectScores(*random_affect())
    whole = scores.table(Bootstrap(draws=30))
    monkeypatch.setattr(
        "emoaff.evaluation.scores.recording_scores._AT_ONCE", 100
    )
    pieces = scores.table(Bootstrap(draws=30))
    np.testing.assert_array_equal(
        [(row.low, row.high) for row in whole.rows],
        [(row.low, row.high) for row in pieces.rows],
    )


def scored(truth, prediction):
    both = ~(np.isnan(truth) | np.isnan(prediction))
    return truth[both], prediction[both]


def test_the_table_of_recordings_is_that_of_each_recording_alone():
    truth, prediction, recording = random_affect()
    names = [f"video {r}" for r in range(7)]
    table = AffectScores(truth, prediction, recording).by_recording(names)
    assert len(table.rows) == 7 * 4 * 3  # measures, dimensions and their mean
    for r, name in enumerate(names):
        inside = recording == r
        t, p = scored(truth[inside, 0], prediction[inside, 0])
        got = table.value("ccc", "valence", name)
        assert got == pytest.approx(audmetric.concordance_cc(t, p), rel=1e-12)
        (row,) = (
            row
            for row in table.rows
            if (row.part, row.measure, row.of) == (name, "ccc", "valence")
        )
        assert row.n == len(t)
        assert math.isnan(row.low)


def test_the_table_of_groups_joins_the_recordings_of_each():
    truth, prediction, recording = random_affect()
    group = np.array(["old", "young", "old", "young", "old", "old", "young"])
    subject = np.array(["a", "b", "c", "b", "a", "d", "e"])
    scores = AffectScores(truth, prediction, recording)
    table = scores.by_group(group, Bootstrap(draws=50), subject)
    for name in ("old", "young"):
        inside = group[recording] == name
        alone = AffectScores(
            truth[inside],
            prediction[inside],
            np.unique(recording[inside], return_inverse=True)[1],
        ).table(Bootstrap(draws=50), subject[group == name])
        rows = [row for row in table.rows if row.part == name]
        assert len(rows) == len(alone.rows) == 15
        for row, expected in zip(rows, alone.rows, strict=True):
            got = (row.value, row.low, row.high, row.n)
            assert got == pytest.approx(
                (expected.value, expected.low, expected.high, expected.n)
            )


def test_groups_and_names_must_fit_the_recordings():
    scores = AffectScores(*random_affect())
    with pytest.raises(ValueError, match="`group` to have one value for each"):
        scores.by_group(["a"])
    with pytest.raises(ValueError, match="`names` to have one value for each"):
        scores.by_recording(["a"])
