"""Scores of predictions for whole recordings, in tables with intervals."""

from emoaff.scoring.affect_scores import AffectScores
from emoaff.scoring.bootstrap import Bootstrap
from emoaff.scoring.class_scores import ClassScores
from emoaff.scoring.concordance import concordance
from emoaff.scoring.multi_label_scores import MultiLabelScores
from emoaff.scoring.score_row import ScoreRow
from emoaff.scoring.score_table import ScoreTable

__all__ = [
    "AffectScores",
    "Bootstrap",
    "ClassScores",
    "MultiLabelScores",
    "ScoreRow",
    "ScoreTable",
    "concordance",
]
