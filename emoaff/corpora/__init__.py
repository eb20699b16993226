"""Corpora as TFDS data sets, and what their builders share.

A corpus's builder, a folder of `tfds_builders`, says which recordings there are
and what their labels mean. Everything else is done here, the same for all:
listing files, decoding, finding and following faces, cutting crops, going on
after an interruption, using all cores or a Beam runner, counting, and reporting
what was left out.
"""

from emoaff.corpora.building import check
from emoaff.corpora.building import draw_missing
from emoaff.corpora.building import prepare
from emoaff.corpora.catalogue import describe_corpus
from emoaff.corpora.catalogue import find_label_space
from emoaff.corpora.catalogue import find_name
from emoaff.corpora.catalogue import get_about
from emoaff.corpora.catalogue import list_corpora
from emoaff.corpora.catalogue import list_splits
from emoaff.corpora.catalogue import load
from emoaff.corpora.catalogue import make_builder
from emoaff.corpora.catalogue import needs_files
from emoaff.corpora.catalogue import require_built
from emoaff.version import keep_old_names

__all__ = [
    "check",
    "describe_corpus",
    "draw_missing",
    "find_label_space",
    "find_name",
    "get_about",
    "list_corpora",
    "list_splits",
    "load",
    "make_builder",
    "needs_files",
    "prepare",
    "require_built",
]

keep_old_names(__name__)
