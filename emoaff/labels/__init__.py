"""Label spaces: what each class index and each affect dimension means."""

from emoaff.labels.label_space import AFFECT_TARGETS
from emoaff.labels.label_space import DIMENSION_RANGE
from emoaff.labels.label_space import DIMENSIONS
from emoaff.labels.label_space import LabelSpace
from emoaff.labels.label_space import Mapping
from emoaff.labels.label_space import describe_synonyms
from emoaff.labels.label_space import get
from emoaff.labels.label_space import list_label_spaces
from emoaff.labels.label_space import make_mapping
from emoaff.labels.label_space import register

__all__ = [
    "AFFECT_TARGETS",
    "DIMENSIONS",
    "DIMENSION_RANGE",
    "LabelSpace",
    "Mapping",
    "describe_synonyms",
    "get",
    "list_label_spaces",
    "make_mapping",
    "register",
]
