import numpy as np
import pytest

from emoaff import labels
from emoaff.data.recordings import load_recordings
from emoaff.training.joint_corpus import JointCorpus
from emoaff.training.joint_corpus import make_tables
from tests.data.small_corpus import pixels
from tests.small_presets import classes
from tests.small_presets import dense
from tests.small_presets import saved
from tests.small_presets import still_model
from tests.training import two_corpora

HEADS = ("valence_arousal", "expression")
SPACE = labels.get("affectnet_7")


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        yield two_corpora.build(patch, tmp_path_factory.mktemp("two"))


def test_what_a_corpus_lacks_is_missing(data_dir):
    small = load_recordings("small", "train", data_dir)
    tables = make_tables(small, HEADS, SPACE)
    np.testing.assert_array_equal(
        tables["valence_arousal"][:, 1], small.arousal
    )
    assert np.isnan(tables["expression"]).all()
    ferplus = load_recordings("ferplus", "train", data_dir)
    tables = make_tables(ferplus, HEADS, SPACE)
    assert np.isnan(tables["valence_arousal"]).all()
    # Contempt has no place there; the others are as the votes say.
    known = np.isfinite(tables["expression"]).all(axis=1)
    contempt = ferplus.expression == ferplus.space.index("contempt")
    np.testing.assert_array_equal(known, ~contempt)
    words = np.array(SPACE.classes)[tables["expression"][known].argmax(axis=1)]
    expected = np.array(ferplus.space.classes)[ferplus.expression[known]]
    assert words.tolist() == expected.tolist()
    merged = make_tables(ferplus, HEADS, SPACE, {"contempt": "disgust"})
    assert (
        merged["expression"][contempt].argmax(axis=1) == SPACE.index("disgust")
    ).all()


def test_a_teacher_votes_where_there_are_no_classes(data_dir, tmp_path):
    teacher = saved(
        tmp_path / "t",
        still_model({"expression": dense(7, activation="softmax")}),
        classes("affectnet_7"),
    )
    small = load_recordings("small", "train", data_dir)
    table = make_tables(small, HEADS, SPACE, None, teacher)["expression"]
    faces = [pixels(0, frame) for frame in range(12)]
    expected = teacher.predict(faces)["expression"]
    np.testing.assert_allclose(table[:12], expected, atol=2e-3)  # JPEG
    ferplus = load_recordings("ferplus", "train", data_dir)
    votes = make_tables(ferplus, HEADS, SPACE)["expression"]
    same = make_tables(ferplus, HEADS, SPACE, None, teacher)["expression"]
    np.testing.assert_array_equal(votes, same)


def test_batches_pair_each_picture_with_its_labels(data_dir):
    small = load_recordings("small", "train", data_dir)
    tables = make_tables(small, HEADS, SPACE)
    corpus = JointCorpus("small", small, small, tables, tables)
    # Every fifth frame has no label.
    assert len(corpus.usable) == 4 * 10
    seen = {}
    whole = list(corpus.batches(5, 24, 0, 0, 8, 0, (0, 1)).as_numpy_iterator())
    for image, answer in whole:
        for picture, label in zip(
            image, answer["valence_arousal"], strict=True
        ):
            seen[tuple(label)] = picture
    assert len(seen) == 40
    for row in corpus.usable[:12]:
        number = int(small.names[small.recording[row]].split()[1])
        expected = np.float32(pixels(number, small.index[row]))
        picture = seen[small.valence[row], small.arousal[row]]
        assert np.abs(picture - expected).mean() < 4
    # Half of a batch, and from the third on, are parts of the same.
    part = list(corpus.batches(4, 24, 0, 0, 8, 2, (1, 2)).as_numpy_iterator())
    four = list(corpus.batches(4, 24, 0, 0, 8, 0, (0, 1)).as_numpy_iterator())
    assert len(part) == 6
    np.testing.assert_array_equal(
        part[0][1]["valence_arousal"], four[2][1]["valence_arousal"][2:]
    )
    np.testing.assert_array_equal(part[0][0], four[2][0][2:])
