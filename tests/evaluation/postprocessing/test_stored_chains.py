import copy

import numpy as np
import pytest

from emoaff.evaluation.postprocessing import CoursePostprocessor
from emoaff.evaluation.postprocessing.stored_chains import check_chains
from tests.evaluation.postprocessing.walks import random_walks


@pytest.fixture(scope="module")
def values():
    truth, recording = random_walks()
    noise = np.random.default_rng(0).normal(0, 0.2, truth.shape)
    chain = CoursePostprocessor(
        ("median", "centre", "scale", "shift"),
        median_grid_s=(0.2, 1.0),
        shift_grid_s=(0.2,),
    )
    chain.fit(truth, 0.5 * truth + 0.3 + noise, recording, 25)
    stored = chain.to_dict()
    return {k: stored[k] for k in ("settings", "rate_hz", "chains")}


def test_what_was_saved_is_sound(values):
    check_chains(values)


def change(values, path, value):
    changed = copy.deepcopy(values)
    *way, last = path
    node = changed
    for key in way:
        node = node[key]
    node[last] = value
    return changed


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("rate_hz",), 0, "`rate_hz`"),
        (("settings", "per"), "person", "`settings.per`"),
        (("chains", "valence", 0, "kind"), "blur", "kind`"),
        (("chains", "valence", 0, "kept"), 1, "kept`"),
        (
            ("chains", "valence", 0),
            {
                "kind": "median",
                "kept": True,
                "before": 0,
                "after": 1,
                "parameters": {"frames": 4},
            },
            "should be odd and positive. Received: 4",
        ),
        (
            ("chains", "valence", 2),
            {
                "kind": "scale",
                "kept": True,
                "before": 0,
                "after": 1,
                "parameters": {"ratio": 2.0},
            },
            "should have 'about'",
        ),
    ],
)
def test_the_first_damaged_field_is_named(values, path, value, words):
    with pytest.raises(ValueError, match="It is damaged: .*Fit it again") as e:
        check_chains(change(values, path, value))
    assert words in str(e.value)


def test_a_step_that_is_not_applied_may_lack_its_numbers(values):
    step = {"kept": False, "before": None, "after": None, "parameters": {}}
    path = ("chains", "valence", 3)
    check_chains(change(values, path, {**step, "kind": "shift"}))
