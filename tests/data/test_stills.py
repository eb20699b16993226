import numpy as np
import pytest

from emoaff import corpora
from emoaff.data.stills import compute_vote_distribution
from emoaff.data.stills import load_stills
from tests.ferplus_files import balanced_rows
from tests.ferplus_files import write_ferplus


@pytest.mark.parametrize(
    ("votes", "unknown", "no_face", "expected"),
    [
        ([8, 2, 0], 0, 0, [0.8, 0.2, 0.0]),
        ([6, 3, 1], 0, 0, [6 / 9, 3 / 9, 0.0]),  # the single vote is dropped
        ([5, 2, 0], 3, 0, [5 / 7, 2 / 7, 0.0]),  # unknown lost, takes no part
        ([4, 0, 0], 6, 0, [np.nan] * 3),  # unknown won
        ([0, 0, 0], 0, 10, [np.nan] * 3),
        ([1, 1, 1], 1, 1, [np.nan] * 3),  # nothing is left
    ],
)
def test_vote_distribution_golden(votes, unknown, no_face, expected):
    got = compute_vote_distribution(
        np.float32([votes]), np.float32([unknown]), np.float32([no_face])
    )
    np.testing.assert_allclose(got, [expected], atol=1e-7)


def test_load_gives_every_picture_with_its_own_label(tmp_path):
    rows = balanced_rows(10)
    write_ferplus(tmp_path / "manual", rows)
    corpora.prepare("ferplus", tmp_path / "manual", tmp_path / "data")
    stills = load_stills("ferplus", "train", tmp_path / "data")
    truth = {pixels.tobytes(): i % 8 for i, (*_, pixels) in enumerate(rows)}
    assert len(stills) == 10
    assert stills.classes == 8
    for image, expression, row in zip(
        stills.images, stills.expression, stills.distribution, strict=True
    ):
        assert truth[image.tobytes()] == expression == row.argmax()
        assert row.max() == 1.0
