import pytest

from emoaff.evaluation.postprocessing import CoursePostprocessor


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"steps": ("smooth",)}, r"steps=\('smooth',\)"),
        ({"steps": ("scale", "scale")}, "each once"),
        ({"scale_about": "median"}, "scale_about='median'"),
        ({"per": "person"}, "per='person'"),
        ({"median_grid_s": ()}, "at least one"),
        ({"shift_grid_s": (-1.0,)}, r"shift_grid_s=\(-1.0,\)"),
        ({"shift_directions": ("later",)}, r"\('later',\)"),
        ({"shift_directions": ()}, "needs a direction"),
    ],
)
def test_bad_settings_say_what_was_received(arguments, message):
    with pytest.raises(ValueError, match=message):
        CoursePostprocessor(**arguments)
