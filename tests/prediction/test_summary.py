import collections
import types

import pytest

from emoaff.prediction.summary import show_percent
from emoaff.prediction.summary import story


def tell(best, rows, kind="video", classes=("anger", "joy"), doubts=None):
    """The line about the only person."""
    timeline = types.SimpleNamespace(
        path=types.SimpleNamespace(name="clip.mp4"),
        kind=kind,
        classes=classes,
        frames=rows,
        frames_with_face=rows,
        rows_of={1: rows},
        times_of={1: (0.0, 4.0)},
        best_of={1: collections.Counter(best)} if best else {},
        doubts=collections.Counter(doubts or {}),
        damaged=False,
        warnings=[],
    )
    return list(story(timeline))[1]


@pytest.mark.parametrize(
    ("best", "rows", "line"),
    [
        ({"joy": 20, "anger": 2}, 25, "mostly joy (80 % of 25 rows)"),
        (
            {"anger": 2},
            25,
            "no clear expression (anger 8 %, without an expression 92 % of "
            "25 rows)",
        ),
        (
            {"joy": 10, "anger": 10},
            20,
            "no clear expression (joy 50 %, anger 50 % of 20 rows)",
        ),
        (
            {},
            25,
            "no clear expression (without an expression 100 % of 25 rows)",
        ),
        ({"joy": 1000, "anger": 1}, 1001, "mostly joy (>99 % of 1001 rows)"),
    ],
)
def test_an_expression_leads_only_with_more_than_half_of_all_rows(
    best, rows, line
):
    assert tell(best, rows) == f"  person 1: 0.0-4.0 s, {line}"


def test_a_picture_in_doubt_has_no_clear_expression():
    assert tell({"joy": 1}, 1, "picture") == "  person 1: joy"
    assert tell({}, 1, "picture") == "  person 1: no clear expression"


def test_a_model_without_expressions_says_nothing_of_them():
    assert tell({}, 9, classes=()) == "  person 1: 0.0-4.0 s"
    assert tell({}, 1, "picture", ()) == "  person 1"


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0 %"),
        (0.0001, "<1 %"),
        (0.08, "8 %"),
        (0.9999, ">99 %"),
        (1, "100 %"),
    ],
)
def test_all_and_none_are_said_of_all_and_none_alone(share, text):
    assert show_percent(share) == text
