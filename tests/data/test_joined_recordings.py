import numpy as np
import pytest

from emoaff.data.joined_recordings import joined
from emoaff.data.joined_recordings import map_to_space
from emoaff.data.recordings import load_recordings
from tests.data import small_corpus
from tests.data.small_corpus import segments


@pytest.fixture
def data_dir(monkeypatch, tmp_path):
    """Ten people, two recordings each."""
    examples = [e for n in range(20) for e in segments(n, range(12))]
    small_corpus.small_video(
        monkeypatch, tmp_path / "data", {"train": examples}
    )
    return tmp_path / "data"


def test_joined_corpora_keep_people_and_pictures_apart(data_dir):
    one = load_recordings("small", "train", data_dir)
    both = joined([one.subset([0, 1]), one.subset([4, 5])])
    assert both.subjects[0] == "small/person 0"
    assert list(both.recording[[0, -1]]) == [0, 3]
    assert len(both.files) == 2 * len(one.files)
    np.testing.assert_array_equal(
        both.record_offset[both.record[-12:]],
        one.record_offset[one.record[one.frames_of(5)]],
    )
    assert (both.record_file[both.record[-12:]] >= len(one.files)).all()


def test_corpora_of_other_classes_are_not_joined(data_dir):
    one = load_recordings("small", "train", data_dir)
    with pytest.raises(ValueError, match="crema_d"):
        joined([one, map_to_space(one, "crema_d")])
