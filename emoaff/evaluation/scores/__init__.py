"""Scores of predictions for whole recordings, in tables with intervals."""

from emoaff.evaluation.scores.affect_scores import AffectScores
from emoaff.evaluation.scores.bootstrap import Bootstrap
from emoaff.evaluation.scores.class_scores import ClassScores
from emoaff.evaluation.scores.multi_label_scores import MultiLabelScores
from emoaff.evaluation.scores.score_row import ScoreRow
from emoaff.evaluation.scores.score_table import ScoreTable
from emoaff.metrics.whole_signals import compute_ccc
from emoaff.version import keep_old_names

__all__ = [
    "AffectScores",
    "Bootstrap",
    "ClassScores",
    "MultiLabelScores",
    "ScoreRow",
    "ScoreTable",
    "compute_ccc",
]

keep_old_names(__name__)
