"""Corpora as TFDS data sets, and what their builders share.

A corpus's builder, a folder of `tfds_builders`, says which recordings there are
and what their labels mean. Everything else is done here, the same for all:
listing files, decoding, finding and following faces, cutting crops, going on
after an interruption, using all cores or a Beam runner, counting, and reporting
what was left out.
"""

from emoaff.corpora.catalogue import about
from emoaff.corpora.catalogue import builder
from emoaff.corpora.catalogue import built
from emoaff.corpora.catalogue import check
from emoaff.corpora.catalogue import draw_missing
from emoaff.corpora.catalogue import find_name
from emoaff.corpora.catalogue import instructions
from emoaff.corpora.catalogue import label_space
from emoaff.corpora.catalogue import load
from emoaff.corpora.catalogue import names
from emoaff.corpora.catalogue import needs_files
from emoaff.corpora.catalogue import prepare
from emoaff.corpora.catalogue import splits

__all__ = [
    "about",
    "builder",
    "built",
    "check",
    "draw_missing",
    "find_name",
    "instructions",
    "label_space",
    "load",
    "names",
    "needs_files",
    "prepare",
    "splits",
]
