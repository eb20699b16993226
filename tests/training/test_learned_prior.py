import types

import numpy as np
import pytest

from emoaff import labels
from emoaff.presets.calibration import Calibration
from emoaff.training.clip_config import ClipConfig
from emoaff.training.learned_prior import count_learned_classes
from emoaff.training.learned_prior import describe_class_prior

SPACE = labels.LabelSpace("three", ("calm", "happy", "sad"))
# 100 images: 64 calm, 32 happy, 4 sad.
IMAGES = np.repeat([0, 1, 2], [64, 32, 4])[:, None]


def data(classes=IMAGES, class_counts=(64.0, 32.0, 4.0), target="distribution"):
    """What the functions ask a `ClipData` for."""
    last = classes[:, -1]
    return types.SimpleNamespace(
        space=SPACE,
        target=target,
        classes=3,
        list_classes=lambda: classes,
        count_windows_by_class=lambda: np.bincount(
            last[last >= 0], minlength=3
        ),
        class_counts=lambda: np.array(class_counts),
    )


def config(**groups):
    groups = {"window": {"frames": 1}, **groups}
    return ClipConfig().change(
        data={"target": "expression"}, **{"loss": {}, **groups}
    )


def shares(*weights):
    return np.array(weights) / sum(weights)


def test_each_window_once_gives_the_shares_of_the_labels():
    found = describe_class_prior(None, config(), data())
    np.testing.assert_allclose(found["shares"], [0.64, 0.32, 0.04])
    assert "calm 64, happy 32, sad 4" in found["derivation"]


@pytest.mark.parametrize(
    ("power", "expected"),
    [
        (0.0, (64, 32, 4)),
        (0.5, (8, 32**0.5, 2)),
        (1.0, (1, 1, 1)),
    ],
)
def test_drawing_by_class_gives_counts_to_a_power(power, expected):
    balance = {"name": "classes", "power": power}
    found = describe_class_prior(None, config(balance=balance), data())
    np.testing.assert_allclose(found["shares"], shares(*expected))
    assert f"to the power {1 - power:g}, as it was drawn" in found["derivation"]


def test_class_weights_count_too():
    # Reciprocals of 64, 32 and 4 make the classes weigh the same.
    loss = {"name": "crossentropy", "class_weights": "mean"}
    found = describe_class_prior(None, config(loss=loss), data())
    np.testing.assert_allclose(found["shares"], shares(1, 1, 1))
    assert "loss.class_weights=mean" in found["derivation"]


def test_what_the_loss_took_over_is_divided_out():
    # Votes 50, 40, 10: their square roots are divided out.
    loss = {"name": "crossentropy", "prior_strength": 0.5}
    votes = data(class_counts=(50.0, 40.0, 10.0))
    found = describe_class_prior(None, config(loss=loss), votes)
    expected = shares(64 / 50**0.5, 32 / 40**0.5, 4 / 10**0.5)
    np.testing.assert_allclose(found["shares"], expected)
    assert "all votes to the power 0.5" in found["derivation"]


def test_calibration_that_takes_the_balance_back_gives_the_labels_shares():
    logs = tuple(np.log([0.64, 0.32, 0.04]))
    balance = {"name": "classes", "power": 1.0, "correct_prior": True}
    whole = Calibration(2.0, 0.8, logs, 50)
    found = describe_class_prior(whole, config(balance=balance), data())
    np.testing.assert_allclose(found["shares"], [0.64, 0.32, 0.04])
    # Of 0.8, the likeliest, 0.6 is kept: the rest, 0.2 / temperature 2, is
    # missing in the exponent of the shares.
    balance["prior_kept"] = 0.75
    part = Calibration(2.0, 0.6, logs, 50, kept=0.75)
    found = describe_class_prior(part, config(balance=balance), data())
    expected = shares(*(np.array([0.64, 0.32, 0.04]) ** (1 - 0.1)))
    np.testing.assert_allclose(found["shares"], expected)
    assert "took back 0.75 of the likeliest part" in found["derivation"]


def test_a_temperature_alone_changes_no_shares():
    balance = {"name": "classes", "power": 1.0}
    fitted = Calibration(2.0, 0.0, (0.0, 0.0, 0.0), 50)
    found = describe_class_prior(fitted, config(balance=balance), data())
    np.testing.assert_allclose(found["shares"], shares(1, 1, 1))


def test_a_class_without_a_label_has_no_share():
    nobody = data(IMAGES[:96], (64.0, 32.0, 0.0))
    found = describe_class_prior(None, config(), nobody)
    np.testing.assert_allclose(found["shares"], shares(64, 32, 0))
    logs = tuple(np.log([64 / 97, 32 / 97, 1 / 97]))
    balance = {"name": "classes", "correct_prior": True}
    fitted = Calibration(2.0, 0.8, logs, 50)
    found = describe_class_prior(fitted, config(balance=balance), nobody)
    np.testing.assert_allclose(found["shares"], shares(64, 32, 0))
    # Votes of the minority are learned from too.
    minority = data(IMAGES[:96], (60.0, 32.0, 4.0))
    found = describe_class_prior(fitted, config(balance=balance), minority)
    np.testing.assert_allclose(found["shares"], shares(64, 32, 1))
    balance = {"name": "classes", "power": 0.5}
    found = describe_class_prior(None, config(balance=balance), minority)
    np.testing.assert_allclose(found["shares"], shares(8, 32**0.5, 1))


def test_frames_count_by_the_windows_that_hold_them():
    # Two windows of calm, one of sad by most frames.
    classes = np.array([[0, 0, 1, -1], [0, 0, 0, 0], [2, 2, 2, 1]])
    windows = data(classes, (6.0, 2.0, 3.0), "expression")
    drawn = {"balance": {"name": "classes", "power": 1.0}}

    def count(label_of, **groups):
        window = {"frames": 4, "label_of": label_of}
        return count_learned_classes(config(window=window, **groups), windows)

    np.testing.assert_allclose(count("frames"), [6, 2, 3])
    np.testing.assert_allclose(count("last"), [1, 1, 0])
    np.testing.assert_allclose(count("mode"), [2, 0, 1])
    # Each window of calm half as often.
    np.testing.assert_allclose(count("frames", **drawn), [3, 1.5, 3])
    np.testing.assert_allclose(count("mode", **drawn), [1, 0, 1])
