"""From a preset and a built corpus to predictions and scores."""

from emoaff.evaluation.abaw_form import write_abaw
from emoaff.evaluation.corpus_predictions import CorpusPredictions
from emoaff.evaluation.evaluation import Evaluation
from emoaff.evaluation.preset_scoring import evaluate
from emoaff.evaluation.preset_scoring import evaluate_recordings
from emoaff.evaluation.preset_scoring import fit_postprocess
from emoaff.evaluation.preset_scoring import predict_corpus

__all__ = [
    "CorpusPredictions",
    "Evaluation",
    "evaluate",
    "evaluate_recordings",
    "fit_postprocess",
    "predict_corpus",
    "write_abaw",
]
