import numpy as np
import pytest

from emoaff.evaluation.postprocessing import CoursePostprocessor
from emoaff.evaluation.postprocessing.doubts import list_doubts
from emoaff.evaluation.postprocessing.settings import Settings
from emoaff.evaluation.postprocessing.step import CourseStep

SETTINGS = Settings(
    ("median", "centre", "scale", "shift"),
    "zero",
    "set",
    None,
    (1.0, 2.0),
    ("forward", "backward"),
)


def doubts(*steps, settings=SETTINGS):
    return list(list_doubts("arousal", steps, 10.0, settings))


@pytest.mark.parametrize("frames", [20, -20])
def test_a_shift_at_the_edge_of_its_grid_is_doubted(frames):
    found = {"frames": frames, "seconds": frames / 10}
    (text,) = doubts(CourseStep("shift", True, 0.5, 0.6, found))
    assert f"a shift of {frames / 10:g} s, the longest" in text
    assert not doubts(CourseStep("shift", False, 0.5, 0.6, found))
    inside = {"frames": 10, "seconds": 1.0}
    assert not doubts(CourseStep("shift", True, 0.5, 0.6, inside))


def test_a_single_shift_that_was_asked_for_is_not_at_an_edge():
    one = Settings(("shift",), "zero", "set", None, (2.0,), ("forward",))
    step = CourseStep("shift", True, 0.5, 0.6, {"frames": 20, "seconds": 2.0})
    assert not doubts(step, settings=one)


def test_the_longest_median_is_doubted():
    # Every odd number of frames up to 20 s at 10 Hz.
    step = CourseStep("median", True, 0.5, 0.6, {"frames": 199, "seconds": 1})
    assert "a window" in doubts(step)[0]


def test_a_scale_of_what_does_not_follow_the_labels_is_doubted():
    scale = {"ratio": 4.34, "about": 0.0}
    (text,) = doubts(CourseStep("scale", True, -0.02, -0.008, scale))
    assert "scaled by 4.34 though its CCC is -0.008" in text
    (text,) = doubts(CourseStep("scale", True, 0.2, 0.4, scale))
    assert "far from 1" in text
    usual = {"ratio": 1.4, "about": 0.0}
    assert not doubts(CourseStep("scale", True, 0.2, 0.4, usual))
    own = {"deviation": 0.3}
    assert not doubts(CourseStep("scale", True, 0.2, 0.4, own))


def test_a_fitted_chain_says_its_doubts_after_its_steps(tmp_path):
    rng = np.random.default_rng(0)
    truth = np.sin(np.arange(300) / 20)[:, np.newaxis]
    noise = (rng.normal(size=truth.shape) + truth / 20) / 50
    chain = CoursePostprocessor(("scale",), dimensions=("valence",))
    chain.fit(truth, noise, np.zeros(300, int), 10.0)
    (doubt,) = chain.list_doubts()
    assert chain.describe().endswith(f"\nwarning: {doubt}")
    chain.save(tmp_path / "chain.json")
    loaded = CoursePostprocessor.load(tmp_path / "chain.json")
    assert loaded.list_doubts() == [doubt]
