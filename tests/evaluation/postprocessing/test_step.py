import json
import math

from emoaff.evaluation.postprocessing.step import CourseStep


def test_a_step_says_what_it_found_and_gained():
    step = CourseStep("shift", True, 0.5, 0.625, {"frames": 12, "seconds": 0.5})
    assert step.describe() == (
        "shift   kept      12 frames, 0.5 s  CCC 0.5000 -> 0.6250"
    )
    step = CourseStep("centre", False, 0.5, 0.4, {"bias": -0.25})
    assert step.describe() == (
        "centre  left out  bias -0.2500  CCC 0.5000 -> 0.4000"
    )


def test_an_impossible_step_says_so():
    step = CourseStep("scale", False, math.nan, math.nan, {})
    assert step.describe() == "scale   left out  impossible  CCC n/a -> n/a"


def test_null_in_a_file_is_nan():
    text = '{"kind": "scale", "kept": false, "before": null, "after": 0.5, '
    step = CourseStep.from_dict(json.loads(text + '"parameters": {}}'))
    assert math.isnan(step.before)
    assert step.after == 0.5
