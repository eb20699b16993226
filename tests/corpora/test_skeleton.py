import pytest

from emoaff.corpora.skeleton import write_corpus_skeleton


def test_a_skeleton_takes_no_name_of_emoaff(tmp_path):
    with pytest.raises(ValueError, match="recola, which emoaff has"):
        write_corpus_skeleton("recola", tmp_path)
