import dataclasses
import types

import keras
import numpy as np

from emoaff.presets.calibration import calibration_error
from emoaff.presets.calibration import fit_calibration
from emoaff.presets.calibration import fit_sharpness
from emoaff.presets.calibration import fit_temperature
from emoaff.training.clip_config import ClipConfig
from emoaff.training.validation_calibration import fit_on_validation
from emoaff.training.validation_calibration import set_recordings_aside

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
    truth, clear, changed = draw()
    assert fit([]).prior_share == 0
    balance = {"correct_prior": True, "prior_kept": 0.5}
    fitted = fit([], balance=balance, data={"calibrate_on": "mixed"})
    truth, logits = np.tile(truth, 2), np.concatenate([clear, changed])
    expected = fit_calibration(logits, truth, COUNTS, 0.5)
    shares = expected.find_prior(COUNTS)
    sharpness = fit_sharpness(expected.probabilities(logits), truth, shares)
    assert abs(sharpness - 1) > 0.05
    assert fitted == dataclasses.replace(expected, sharpness=sharpness)
    assert fitted.kept == 0.5


def make_recordings(people, frames=10):
    count = len(people)
    return types.SimpleNamespace(
        subjects=tuple(people),
        names=tuple(f"r{n}" for n in range(count)),
        recording=np.repeat(np.arange(count), frames),
        expression=np.zeros(count * frames, int),
    )


def test_nobody_who_is_scored_is_calibrated_on():
    people = ["a", "b", "a", "c", "d", "c"]
    scored, aside = set_recordings_aside(make_recordings(people), 0.5, seed=1)
    assert sorted([*scored, *aside]) == [0, 1, 2, 3, 4, 5]
    of = {
        name: {people[r] for r in rows}
        for name, rows in (("scored", scored), ("aside", aside))
    }
    assert len(of["aside"]) == 2
    assert not of["scored"] & of["aside"]


def test_recordings_of_one_person_or_of_nobody_are_parted():
    for people in (["a"] * 4, [""] * 4, ["a", "", "b", "c"]):
        scored, aside = set_recordings_aside(make_recordings(people), 0.5)
        assert len(scored) == len(aside) == 2
    assert set_recordings_aside(make_recordings(["a"]), 0.5) is None
    unlabelled = make_recordings(["a", "b"])
    unlabelled.expression[:] = -1
    assert set_recordings_aside(unlabelled, 0.5) is None


def test_a_share_makes_an_unsure_model_as_sure_as_it_is_right():
    truth, clear, _ = draw()
    shy = clear / 8
    data = make_data([])
    data.predict = lambda model, side: shy
    recordings = make_recordings([f"p{n}" for n in range(50)])
    recordings.expression = truth
    data.validation.recordings = recordings
    scored, aside = set_recordings_aside(recordings, 0.5)
    fitted = fit_on_validation(None, STILLS, data, aside)
    assert fitted.fitted_on == 250
    rest = np.isin(recordings.recording, scored)
    alone = fit_calibration(shy[~rest], truth[~rest], independent=len(aside))
    assert fitted == alone
    before = np.exp(shy[rest]) / np.exp(shy[rest]).sum(axis=1, keepdims=True)
    after = fitted.probabilities(shy[rest])
    assert calibration_error(truth[rest], before) > 0.3
    assert calibration_error(truth[rest], after) < 0.06


def test_a_few_recordings_that_are_all_right_do_not_ask_for_certainty():
    truth = np.zeros(40, int)
    logits = np.tile([2.0, 0.0], (40, 1))
    sure = fit_calibration(logits, truth)
    assert sure.probabilities(logits).max() > 0.999
    few = fit_calibration(logits, truth, independent=4)
    # Platt's target: (4 + 1) / (4 + 2)
    np.testing.assert_allclose(few.probabilities(logits)[:, 0], 5 / 6, 1e-3)


def test_places_of_the_map_are_weighed_before_the_temperature_is_sought():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 8, 500)
    by_place = rng.normal(size=(500, 2, 2, 8))
    by_place[:, 1] += 3 * np.eye(8)[truth][:, None]
    inputs = keras.Input((2, 2, 8))
    maps = keras.Model(
        inputs,
        keras.layers.GlobalAveragePooling2D(name="features")(inputs),
        name="maps",
    )
    dense = keras.layers.Dense(8, kernel_initializer="identity")
    model = keras.Model(inputs, dense(maps(inputs)))
    data = make_data([])
    data.validation.recordings.expression = truth
    data.predict = lambda model, side: np.array(model(by_place))
    fitted = fit_on_validation(
        model, STILLS.change(model={"pooling": "weighted"}), data
    )
    shares = np.array(fitted.pooling)
    assert shares[1].min() > 2 * shares[0].max()
    pooled = np.einsum("nhwc,hw->nc", np.float32(by_place), shares)
    np.testing.assert_allclose(
        fitted.temperature, fit_temperature(pooled, truth), rtol=1e-4
    )
    even = fit_on_validation(model, STILLS, data)
    assert even.pooling is None
    right = [
        (p.argmax(axis=1) == truth).mean()
        for p in (fitted.probabilities(pooled), by_place.mean(axis=(1, 2)))
    ]
    assert right[0] > right[1] + 0.02
