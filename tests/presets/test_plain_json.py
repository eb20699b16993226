import json

import numpy as np

from emoaff.presets.plain_json import replace_nan

NAN, INFINITE = float("nan"), float("inf")


def test_what_strict_json_refuses_becomes_null_at_any_depth():
    value = {"a": NAN, "b": [1.5, (-INFINITE, {"c": np.float64("nan")})]}
    text = json.dumps(replace_nan(value), allow_nan=False)
    assert json.loads(text) == {"a": None, "b": [1.5, [None, {"c": None}]]}


def test_everything_else_stays():
    value = {"text": "nan", "whole": 10**400, "none": None, "true": True}
    assert replace_nan(value) == value
    assert replace_nan(value)["true"] is True
