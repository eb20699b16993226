import types

import numpy as np

from emoaff.presets.calibration import fit_calibration
from emoaff.presets.calibration import fit_temperature
from emoaff.training.clip_config import ClipConfig
from emoaff.training.validation_calibration import fit_on_validation

STILLS = ClipConfig().change(
    data={"target": "distribution", "in_memory": True},
    window={"frames": 1},
    augmentation={"name": "face"},
    model={"final_side": 64},
    loss={"name": "votes"},
)
COUNTS = np.array([90, 50, 30, 20, 10, 5, 3, 2])


def draw():
    """Labels, and answers to clear and to changed images."""
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 8, 500)
    noise = rng.normal(size=(2, 500, 8))
    clear, changed = noise + np.eye(8)[truth] * np.array([6, 1])[:, None, None]
    return truth, clear, changed


def make_data(sides):
    truth, clear, changed = draw()

    def predict(model, side):
        sides.append(side)
        return clear

    def predict_changed(model, side):
        sides.append(side)
        return changed

    recordings = types.SimpleNamespace(expression=truth)
    return types.SimpleNamespace(
        target="distribution",
        predict=predict,
        memory=types.SimpleNamespace(predict_changed=predict_changed),
        validation=types.SimpleNamespace(recordings=recordings),
        count_windows_by_class=lambda: COUNTS,
    )


def fit(sides, **groups):
    return fit_on_validation(None, STILLS.change(**groups), make_data(sides))


def test_calibration_on_changed_images_too_lies_between():
    truth, clear, changed = draw()
    sides = []
    stored = fit(sides)
    mixed = fit(sides, data={"calibrate_on": "mixed"})
    assert stored.temperature == fit_temperature(clear, truth)
    worse = fit_temperature(changed, truth)
    assert stored.temperature < mixed.temperature < worse
    assert stored.fitted_on == 500
    assert mixed.fitted_on == 1000
    assert sides == [64, 64, 64]


def test_part_of_a_balance_is_taken_back_where_that_is_wanted():
    truth, clear, _ = draw()
    assert fit([]).prior_share == 0
    balance = {"correct_prior": True, "prior_kept": 0.5}
    fitted = fit([], balance=balance)
    assert fitted == fit_calibration(clear, truth, COUNTS, 0.5)
    assert fitted.kept == 0.5
