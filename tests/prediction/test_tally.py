import numpy as np
import pytest

from emoaff.data.window_votes import video_label
from emoaff.prediction.tally import Tally


@pytest.mark.parametrize("rule", ["mode", "sum"])
def test_it_gives_the_label_of_all_answers_at_once(rule):
    rng = np.random.default_rng(0)
    for count in (1, 2, 3, 10, 50):
        said = rng.dirichlet(np.ones(7), count)
        said[rng.random(count) < 0.2, 3] = np.nan
        tally = Tally()
        for row in said:
            tally.add(row)
        assert tally.label(rule) == video_label(said, rule)


def test_of_equals_the_smallest_class_wins():
    tally = Tally()
    for best in (2, 1, 1, 2):
        tally.add(np.eye(3)[best])
    assert tally.label("mode") == tally.label("sum") == 1


def test_no_answer_is_no_class():
    assert Tally().label() == -1
