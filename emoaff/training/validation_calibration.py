import numpy as np

from emoaff.presets.calibration import Calibration
from emoaff.presets.calibration import fit_calibration
from emoaff.training.validation_measures import collect_scored


def fit_on_validation(model, config, data) -> Calibration:
    """Fits a model's probabilities on the validation split.

    Args:
        model: Of one output, logits of one true class.
        config: The run's settings, a `ClipConfig`. With
            `data.calibrate_on="mixed"` changed copies of the images count too.
        data: A `ClipData`.
    """
    side = config.model.final_side
    truth, logits = collect_scored(model, data, side)
    if config.data.calibrate_on == "mixed":
        more = collect_scored(model, data, side, changed=True)
        truth = np.concatenate([truth, more[0]])
        logits = np.concatenate([logits, more[1]])
    counts = None
    if config.balance.correct_prior:
        counts = data.count_windows_by_class()
    return fit_calibration(logits, truth, counts, config.balance.prior_kept)
