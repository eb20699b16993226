"""From a preset and a built corpus to predictions and scores."""

from emoaff.evaluation.evaluation import Evaluation
from emoaff.evaluation.preset_scoring import evaluate
from emoaff.evaluation.preset_scoring import evaluate_recordings
from emoaff.evaluation.preset_scoring import fit_postprocess

__all__ = ["Evaluation", "evaluate", "evaluate_recordings", "fit_postprocess"]
