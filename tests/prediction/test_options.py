import math

import pytest

from emoaff.prediction.options import RULES
from emoaff.prediction.options import Options


def test_the_rules_of_emo_affectnet_are_those_of_its_script():
    options = Options.of_rules("emo-affectnet")
    assert (options.faces, options.min_score) == ("lowest", 0.7)
    assert (options.detection, options.thinning) == ("sampled", "script")
    assert (options.crop_shape, options.interpolation) == ("stretch", "area")
    assert (options.temporal, options.stride) == ("window", 5)
    assert (options.windows, options.label) == ("script", "mode")
    assert (options.lead, options.gap_s) == ("absent", math.inf)
    assert options.rate_hz == 5.0


@pytest.mark.parametrize(
    ("name", "value"),
    [("faces", "largest"), ("min_score", 0.2), ("label", "sum")],
)
def test_what_is_given_goes_before_the_rules(name, value):
    options = Options.of_rules("emo-affectnet", **{name: value})
    assert getattr(options, name) == value
    untouched = {k: v for k, v in RULES["emo-affectnet"].items() if k != name}
    assert all(getattr(options, k) == v for k, v in untouched.items())


def test_without_rules_it_is_the_default():
    assert Options.of_rules(None) == Options()
    with pytest.raises(ValueError, match="rules='best'"):
        Options.of_rules("best")


def test_the_old_name_of_affect_is_still_taken():
    assert Options.of_rules(valence="derived") == Options(affect="derived")


@pytest.mark.parametrize(
    "wrong",
    [
        {"faces": "none"},
        {"every": 0},
        {"every": -3},
        {"stride": 0},
        {"temporal": "past"},
        {"detection": "never"},
        {"crop_shape": "round"},
        {"interpolation": "best"},
        {"thinning": "notebook"},
        {"windows": "none"},
        {"lead": "nan"},
        {"label": "mean"},
        {"affect": "guessed"},
        {"gap_s": 0.0},
        {"gap_s": math.nan},
        {"min_score": 1.0},
        {"min_score": -0.1},
        {"rate_hz": 0.0},
        {"rate_hz": math.nan},
        {"detection": "sampled"},
        {"detection": "every", "faces": "all"},
        {"live": True, "temporal": "window"},
    ],
)
def test_options_out_of_range_are_refused(wrong):
    with pytest.raises(ValueError, match="^Expected .* Received: "):
        Options(**wrong)
