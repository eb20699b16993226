import types

import numpy as np
import pytest

from emoaff.evaluation.coverage import compute_coverage
from emoaff.labels import LabelSpace

MODEL = LabelSpace("model", ("sad", "happy", "odd"))
CORPUS = LabelSpace("corpus", ("happy", "sad"))


def preset(labels=MODEL, **config):
    return types.SimpleNamespace(name="mine", labels=labels, config=config)


def evaluation():
    """Three frames: surely right, hardly right once `odd` is out, wrong."""
    rows = np.array([[0.1, 0.9, 0.0], [0.3, 0.2, 0.5], [0.2, 0.8, 0.0]])
    recordings = types.SimpleNamespace(
        space=CORPUS, expression=np.array([0, 1, 1])
    )
    return types.SimpleNamespace(
        predictions={"expression": rows}, recordings=recordings
    )


@pytest.mark.parametrize(
    ("config", "threshold", "named"),
    [({}, 0.5, 3), ({"doubt": {"confidence": 0.7}}, 0.7, 2)],
)
def test_the_threshold_is_that_of_predict_or_the_presets_own(
    config, threshold, named
):
    table = compute_coverage(preset(**config), evaluation())
    part = f"at least {threshold}"
    found = {r.measure: r.value for r in table.rows if r.part == part}
    assert found["threshold"] == threshold
    assert found["coverage"] == pytest.approx(named / 3)
    # Of shared classes alone: 0.3 and 0.2 are 0.6 and 0.4.
    assert found["accuracy"] == pytest.approx((named - 1) / named)


def test_a_preset_that_names_nothing_is_refused():
    with pytest.raises(ValueError, match="Received: mine, which names none"):
        compute_coverage(preset(labels=None), evaluation())
