import pytest

from emoaff.training.corpus_lists import read_merges
from emoaff.training.corpus_lists import share_out
from emoaff.training.corpus_lists import split_datasets


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("recola", ["recola"]),
        ("a/b, c", ["a/b", "c"]),
        ('["a", "b"]', ["a", "b"]),
    ],
)
def test_corpora_are_read_from_a_list_or_one_name(text, expected):
    assert split_datasets(text) == expected


@pytest.mark.parametrize("text", ["", "a,,b", "a,a", "[]"])
def test_a_list_names_different_corpora(text):
    with pytest.raises(ValueError, match="one corpus, or different ones"):
        split_datasets(text)


def test_shares_add_up_and_follow_the_weights():
    assert share_out(10, (), 3) == [4, 3, 3]
    assert share_out(100, (1, 2, 7), 3) == [10, 20, 70]
    assert sum(share_out(17, (0.3, 0.3, 0.4), 3)) == 17
    with pytest.raises(ValueError, match=r"at least 2 .*\[1, 9\]"):
        share_out(10, (1, 9), 2, least=2)
    with pytest.raises(ValueError, match="2 weights over 0"):
        share_out(10, (1, 0), 2)


def test_mappings_belong_to_a_corpus():
    merges = read_merges(["a:calm=neutral", "a:x=y"], ["a", "b"])
    assert merges == {"a": {"calm": "neutral", "x": "y"}, "b": {}}
    for wrong in ("c:calm=neutral", "a:calm", "calm=neutral"):
        with pytest.raises(ValueError, match="corpus:class=class, of a, b"):
            read_merges([wrong], ["a", "b"])
