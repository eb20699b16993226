"""A video corpus with valence alone and stills with votes, side by side."""

from emoaff import corpora
from emoaff.corpora import catalogue
from tests.data.small_corpus import segments
from tests.data.small_corpus import small_video
from tests.ferplus_files import balanced_rows
from tests.ferplus_files import write_ferplus


def build(monkeypatch, folder):
    """Builds `small` and `ferplus`; gives the data folder."""
    rows = balanced_rows(40) + balanced_rows(16, "PublicTest", first=40)
    write_ferplus(folder / "manual", rows)
    corpora.prepare("ferplus", folder / "manual", folder / "data", False)
    known = catalogue._builder_class
    splits = {
        "train": [e for n in range(0, 8, 2) for e in segments(n, range(12))],
        "validation": list(segments(9, range(12))),
    }
    left_out = ["expression", "emotions"]
    small_video(monkeypatch, folder / "data", splits, left_out, LABEL_SPACE="")
    small = catalogue._builder_class
    monkeypatch.setattr(
        catalogue,
        "_builder_class",
        lambda name: small(name) if name == "small" else known(name),
    )
    return folder / "data"
