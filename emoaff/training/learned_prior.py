"""The class shares that the probabilities of a trained model hold for.

What is public here:

    describe_class_prior(calibration, config, data) -> dict
    count_learned_classes(config, data) -> array
"""

import numpy as np
from scipy import special

from emoaff.data.window_votes import vote_window_label
from emoaff.losses import reciprocal_weights
from emoaff.presets.calibration import Calibration
from emoaff.training.objectives import make_prior_offset


def describe_class_prior(calibration: Calibration | None, config, data) -> dict:
    """Finds the class shares of a run's probabilities, and says how.

    Where calibration takes a balance back (`balance.correct_prior`), they are
    the shares of the labels learned from, made flatter if less than the
    likeliest part was kept. Else they are the shares as they were learned: as
    classes were drawn and weighted (`count_learned_classes`), divided by what
    `loss.prior_strength` put into the loss.

    Args:
        calibration: Of the run; `None` without.
        config: The run's settings, a `ClipConfig`, of one true class a frame.
        data: A `ClipData`.

    Returns:
        `shares`, float64 `(classes,)`, `sharpness` (see
        `emoaff.presets.ClassPrior`), and `derivation`, a text. A class that no
        label names has a share of 0.
    """
    counts = data.count_windows_by_class()
    named = zip(data.space.classes, counts.tolist(), strict=True)
    labels = ", ".join(f"{name} {count:,}" for name, count in named)
    learned = f"Of the labels that were learned from: {labels}."
    kept, strength = config.balance.prior_kept, config.loss.prior_strength
    if calibration is not None and config.balance.correct_prior:
        shares = calibration.find_prior(_count_votes_too(counts, data))
        if kept != 1:
            learned += (
                f" Calibration took back {kept:g} of the likeliest part of "
                "the balance of drawing, so their shares were moved by the "
                "rest of it."
            )
        return {
            "shares": shares,
            "sharpness": calibration.sharpness,
            "derivation": learned,
        }
    with np.errstate(divide="ignore"):
        logs = np.log(count_learned_classes(config, data))
    if strength:
        logs -= make_prior_offset(strength, data.class_counts())
    learned += "".join(f" {words}" for words in _explain_changes(config))
    return {
        "shares": special.softmax(logs),
        "sharpness": 1.0,
        "derivation": learned,
    }


def _explain_changes(config):
    """What made the shares that are learned other than those of the labels."""
    balance, loss = config.balance, config.loss
    if balance.name == "classes":
        power = 1 - balance.power
        yield f"Each class counts to the power {power:g}, as it was drawn."
    elif balance.name != "none":
        yield f"Windows were drawn by balance.name={balance.name}."
    if loss.class_weights != "none":
        yield (
            "Each class is weighted as in the loss, by "
            f"loss.class_weights={loss.class_weights}."
        )
    if loss.prior_strength:
        yield (
            "This is divided by the shares of all votes to the power "
            f"{loss.prior_strength:g}, which the loss took over."
        )


def count_learned_classes(config, data) -> np.ndarray:
    """Counts the labels of each class as they weigh in an epoch.

    A window counts as often as it is drawn, on average and but for a common
    factor; a label times its class's weight in the loss.

    Args:
        config: See `describe_class_prior`.
        data: See `describe_class_prior`.

    Returns:
        float64 `(classes,)`, not negative. A class that has votes, but never
        most of them, counts as one label.
    """
    classes, count = data.list_classes(), data.classes
    drawn, voted = np.ones(len(classes)), vote_window_label(classes)
    if config.balance.name == "classes":
        sizes = np.bincount(voted[voted >= 0], minlength=count)
        often = np.maximum(sizes, 1.0) ** -config.balance.power
        drawn = np.where(voted >= 0, often[voted], 0.0)
    if config.window.label_of == "mode":
        classes = voted[:, None]
    elif config.window.label_of == "last":
        classes = classes[:, -1:]
    drawn = np.broadcast_to(drawn[:, None], classes.shape)
    known = classes >= 0
    totals = np.bincount(classes[known], drawn[known], minlength=count)
    totals = _count_votes_too(totals, data)
    scale = config.loss.class_weights
    if scale != "none":
        scale = {"raw": "none"}.get(scale, scale)
        totals *= reciprocal_weights(data.class_counts(), scale)
    return totals


def _count_votes_too(counts, data):
    """Makes one label of votes for a class that never has most of them."""
    if data.target != "distribution":
        return counts
    only_votes = (counts == 0) & (data.class_counts() > 0)
    return np.where(only_votes, 1.0, counts)
