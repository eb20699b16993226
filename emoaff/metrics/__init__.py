"""Metrics for continuous affect and for classes of emotion."""

# First, so that Keras is whole before anything here needs it.
import keras  # noqa: F401, I001
from emoaff.metrics.abaw_expression import AbawExpression
from emoaff.metrics.accuracy import Accuracy
from emoaff.metrics.action_unit_f1 import ActionUnitF1
from emoaff.metrics.affect_rmse import AffectRMSE
from emoaff.metrics.concordance import Concordance
from emoaff.metrics.confusion_matrix import ConfusionMatrix
from emoaff.metrics.expected_calibration_error import ExpectedCalibrationError
from emoaff.metrics.macro_f1 import MacroF1
from emoaff.metrics.pearson import Pearson
from emoaff.metrics.sagr import SAGR
from emoaff.metrics.uar import UAR

__all__ = [
    "SAGR",
    "UAR",
    "AbawExpression",
    "Accuracy",
    "ActionUnitF1",
    "AffectRMSE",
    "Concordance",
    "ConfusionMatrix",
    "ExpectedCalibrationError",
    "MacroF1",
    "Pearson",
]
