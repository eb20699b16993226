import dataclasses
import itertools
import pathlib
import re

import numpy as np
import pytest

from emoaff import labels
from emoaff.labels import class_orders


@pytest.mark.parametrize(
    ("name", "index", "class_name"),
    [
        ("affectnet_8", 1, "happiness"),  # AffectNet codes 0 to 7
        ("affectnet_8", 6, "anger"),
        ("affectnet_8", 7, "contempt"),
        ("affectnet_7", 6, "anger"),
        ("emo_affectnet", 2, "sadness"),  # NE HA SA SU FE DI AN
        ("emo_affectnet", 4, "fear"),
        ("ferplus", 2, "surprise"),  # the vote columns of fer2013new.csv
        ("ferplus", 7, "contempt"),
        ("fer2013", 0, "angry"),  # column emotion of fer2013.csv
        ("fer2013", 6, "neutral"),
        ("aff_wild2_7", 1, "anger"),  # header of the EXPR files
        ("aff_wild2_8", 7, "other"),
        ("realeyes", 6, "empathy"),
        ("ravdess", 5, "fearful"),  # EE = 06 in the file name
        ("crema_d", 3, "happy"),
        ("savee", 5, "sadness"),
        ("ramas", 4, "scared"),
        ("iemocap", 5, "excitement"),
        ("ck_plus", 7, "surprise"),
        ("jaffe", 0, "anger"),
        ("dfew", 5, "disgust"),  # label 6 in the split lists
    ],
)
def test_class_order_is_the_corpus_order(name, index, class_name):
    space = labels.get(name)
    assert space.classes[index] == class_name
    assert space.index(class_name) == index


def test_sizes_and_kinds():
    sizes = {name: len(labels.get(name)) for name in labels.list_label_spaces()}
    assert sizes == {
        "aff_wild2_7": 7,
        "aff_wild2_8": 8,
        "affectnet_7": 7,
        "affectnet_8": 8,
        "ck_plus": 8,
        "crema_d": 6,
        "dfew": 7,
        "emo_affectnet": 7,
        "fer2013": 7,
        "ferplus": 8,
        "iemocap": 10,
        "jaffe": 7,
        "ramas": 7,
        "ravdess": 8,
        "realeyes": 8,
        "savee": 7,
    }
    several = {
        n for n in labels.list_label_spaces() if labels.get(n).multi_label
    }
    assert several == {"ramas", "realeyes"}
    assert all(labels.get(n).source for n in labels.list_label_spaces())


def test_affect_is_valence_then_arousal():
    assert labels.DIMENSIONS == ("valence", "arousal")
    assert labels.DIMENSION_RANGE == (-1.0, 1.0)


def test_aff_wild2_maps_to_affectnet_as_published():
    # The pairs that ABAW entrants use: Other has no place.
    got = labels.make_mapping("aff_wild2_8", "affectnet_8")
    assert got.indices == (0, 6, 5, 4, 1, 2, 3, None)
    assert got.dropped == ("other",)
    assert got.unreached == ("contempt",)


def _stem(class_name):
    # Of one meaning, all words here start alike, but scared (fearful).
    return {"sca": "fea", "con": class_name[:4]}.get(
        class_name[:3], class_name[:3]
    )


def test_a_class_maps_to_its_namesake_or_nowhere():
    for source, target in itertools.permutations(labels.list_label_spaces(), 2):
        got = labels.make_mapping(source, target)
        wanted = {_stem(c): i for i, c in enumerate(got.target.classes)}
        wanted.pop("oth", None)
        expected = tuple(wanted.get(_stem(c)) for c in got.source.classes)
        assert got.indices == expected, (source, target)


def test_mapping_to_itself_is_the_identity():
    for name in labels.list_label_spaces():
        got = labels.make_mapping(name, name)
        assert got.indices == tuple(range(len(got.source)))
        assert got.dropped == got.unreached == ()


def test_near_synonyms_in_one_space_stay_apart():
    mine = labels.LabelSpace("mine", ("happy", "happiness", "joy"))
    assert labels.make_mapping(mine, mine).indices == (0, 1, 2)


def test_merge_decides_where_the_tables_drop():
    plain = labels.make_mapping("ravdess", "affectnet_7")
    merged = labels.make_mapping("ravdess", "affectnet_7", {"calm": "neutral"})
    assert plain.dropped == ("calm",)
    assert merged.dropped == ()
    assert merged.indices == (0, 0, 1, 2, 6, 4, 5, 3)


def test_indices_keep_shape_and_lose_dropped_classes():
    got = labels.make_mapping("ravdess", "affectnet_7")
    # neutral, calm, happy, unlabelled, surprised
    mapped = got.map_indices(np.int32([[0, 1, 2], [-1, 7, 7]]))
    assert mapped.dtype == np.int64
    np.testing.assert_array_equal(mapped, [[0, -1, 1], [-1, 3, 3]])
    assert got.map_indices(np.array([])).shape == (0,)


def test_probabilities_of_dropped_classes_are_shared_out():
    got = labels.make_mapping("aff_wild2_8", "affectnet_7")
    rows = [[0.2, 0.1, 0.0, 0.0, 0.1, 0.0, 0.1, 0.5]]  # half on other
    mapped = got.map_probabilities(np.float32(rows))
    assert mapped.dtype == np.float32
    # neutral .2, happiness .1, sadness 0, surprise .1, 0, 0, anger .1, over .5
    np.testing.assert_allclose(
        mapped, [[0.4, 0.2, 0, 0.2, 0, 0, 0.2]], atol=1e-7
    )


def test_probabilities_of_merged_classes_add_up():
    got = labels.make_mapping("ravdess", "affectnet_7", {"calm": "neutral"})
    rows = [0.3, 0.4, 0.3, 0, 0, 0, 0, 0]
    np.testing.assert_allclose(
        got.map_probabilities(rows), [0.7, 0.3, 0, 0, 0, 0, 0], atol=1e-12
    )


def test_a_row_without_mass_is_nan():
    got = labels.make_mapping("aff_wild2_8", "affectnet_7")
    rows = np.zeros((3, 8))
    rows[0, 7] = 1.0  # other alone
    rows[1, :] = np.nan
    rows[2, 0] = 1.0
    mapped = got.map_probabilities(rows)
    assert np.isnan(mapped[:2]).all()
    np.testing.assert_array_equal(mapped[2], [1, 0, 0, 0, 0, 0, 0])


def test_errors_say_what_there_is():
    with pytest.raises(ValueError, match="affectnet_8.*Received: name='nope'"):
        labels.get("nope")
    with pytest.raises(ValueError, match="fear, happy.*class_name='surprise'"):
        labels.get("crema_d").index("surprise")
    with pytest.raises(ValueError, match="class_name='bored'"):
        labels.make_mapping("ravdess", "affectnet_7", {"calm": "bored"})
    got = labels.make_mapping("crema_d", "affectnet_7")
    with pytest.raises(ValueError, match=r"\[-1, 5\]. Received: \[0, 6\]"):
        got.map_indices([0, 6])
    with pytest.raises(ValueError, match="Received: indices.dtype=float64"):
        got.map_indices([0.0])
    with pytest.raises(ValueError, match=r"probabilities.shape=\(2, 7\)"):
        got.map_probabilities(np.ones((2, 7)))
    with pytest.raises(ValueError, match="multi-label space 'realeyes'"):
        labels.make_mapping("realeyes", "ferplus").map_probabilities(np.ones(8))


@pytest.mark.parametrize("classes", [(), ("Happy",), ("happy", "happy")])
def test_a_space_refuses_bad_names(classes):
    with pytest.raises(ValueError, match="Received: classes="):
        labels.LabelSpace("mine", classes)


def test_a_space_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        labels.get("ferplus").name = "mine"


def test_the_page_and_the_messages_have_every_word_that_is_understood():
    page = pathlib.Path(__file__).parents[2] / "docs/research/own_labels.md"
    rows = re.findall(r"^\| `(\w+)` \| (.+) \|$", page.read_text(), re.M)
    listed = {
        word: name for name, words in rows for word in re.findall(r"\w+", words)
    }
    assert listed == class_orders.SYNONYMS
    said = labels.describe_synonyms().split(", ")
    assert len(said) == len(set(listed.values()))
    for word, name in listed.items():
        assert any(
            each.startswith(f"{name} = ") and word in each.split(" = ")
            for each in said
        )
        mapping = labels.make_mapping(
            labels.LabelSpace("mine", (word,)), "ferplus"
        )
        assert labels.get("ferplus").classes[mapping.indices[0]] == name
