"""What the builders of all corpora have to keep, whatever they read.

A builder is tested by being there: its own test, `test_<corpus>.py`, gives

    SMALL_SOURCE = name, write

the corpus's name, with settings that make the build quick, and a function that
writes a small copy in the true layout into a folder (`None` for a corpus that
is drawn). The copy is small: a few recordings of a few frames.
"""

import importlib
import json

import numpy as np
import pytest

from emoaff import corpora

NAMES = corpora.list_corpora()
FROM_FILES = [name for name in NAMES if corpora.needs_files(name)]
# Type, and shape after the axis of frames; None for any length.
FRAME = {
    "valence": (np.float32, ()),
    "arousal": (np.float32, ()),
    "expression": (np.int64, ()),
    "emotions": (np.float32, (None,)),
    "votes": (np.float32, (None,)),
    "action_units": (np.int64, (None,)),
    "index": (np.int64, ()),
    "time": (np.float32, ()),
}


def small_source(corpus):
    """Name and writer of a builder's small copy; see this file's head."""
    try:
        test = importlib.import_module(f"tests.tfds_builders.test_{corpus}")
        return test.SMALL_SOURCE
    except (ImportError, AttributeError):
        pytest.fail(
            f"tests/tfds_builders/test_{corpus}.py must have SMALL_SOURCE = "
            "name, write: see the head of test_contract.py"
        )


@pytest.fixture(scope="module", params=NAMES)
def built(request, tmp_path_factory):
    """A built corpus: its builder, and the examples of each split."""
    name, write = small_source(request.param)
    folder = tmp_path_factory.mktemp(request.param)
    source = None
    if write:
        source = folder / "source"
        source.mkdir()
        write(source)
    corpora.prepare(name, source, folder / "data", progress_bar=False)
    made = corpora.make_builder(name, folder / "data")
    examples = {
        split: [*corpora.load(name, split, folder / "data").as_numpy_iterator()]
        for split in made.info.splits
    }
    return name, made, examples


def every(examples):
    return [each for some in examples.values() for each in some]


def labels_of(example):
    """Labels by feature, `(frames, ...)`; of a still image, one frame."""
    if "frames" in example:
        return {k: v for k, v in example["frames"].items() if k in FRAME}
    return {k: np.asarray(v)[None] for k, v in example.items() if k in FRAME}


def test_types_are_those_of_the_house_form(built):
    _, _, examples = built
    assert every(examples)
    for each in every(examples):
        assert each["recording"] and "subject" in each
        found = labels_of(each)
        assert {"valence", "arousal", "expression"} & set(found)
        lengths = {len(values) for values in found.values()}
        assert len(lengths) == 1 and min(lengths) > 0
        for feature, values in found.items():
            dtype, shape = FRAME[feature]
            assert values.dtype == dtype, feature
            assert values.ndim == 1 + len(shape), feature


def test_values_are_in_their_range_or_missing(built):
    name, made, examples = built
    space = corpora.find_label_space(name, data_dir_of(made))
    for each in every(examples):
        found = labels_of(each)
        for feature in {"valence", "arousal"} & set(found):
            values = found[feature]
            assert np.all(np.isnan(values) | (np.abs(values) <= 1))
        if "expression" in found:
            classes = len(space) if space else 0
            assert np.all(found["expression"] >= -1)
            assert np.all(found["expression"] < max(classes, 1))
        for feature in {"emotions", "votes"} & set(found):
            values = found[feature]
            assert np.all(np.isnan(values) | (values >= 0))
        if "action_units" in found:
            assert np.all(np.isin(found["action_units"], (-1, 0, 1)))


def data_dir_of(made):
    """The folder that all corpora are built in."""
    return made.data_path.parents[2 if made.builder_config else 1]


def test_frames_of_a_recording_rise_and_its_segments_follow(built):
    _, _, examples = built
    for split in examples.values():
        last = {}
        for each in split:
            if "frames" not in each:
                continue
            recording = each["recording"]
            segment, index = last.get(recording, (-1, -1))
            assert each["segment"] == segment + 1
            rising = each["frames"]["index"]
            assert rising[0] > index and np.all(np.diff(rising) > 0)
            times = each["frames"]["time"]
            assert np.all(np.isnan(times) | (times >= 0))
            last[recording] = each["segment"], rising[-1]


def in_two_splits(examples, key):
    places = {}
    for split, some in examples.items():
        for each in some:
            if each[key]:  # of an unknown person it is empty
                places.setdefault(each[key].decode(), set()).add(split)
    return [name for name, splits in places.items() if len(splits) > 1]


def test_no_person_is_in_two_splits_unless_the_report_says_so(built):
    _, made, examples = built
    assert not in_two_splits(examples, "recording")
    shared = in_two_splits(examples, "subject")
    if shared:  # published splits are kept as they are
        text = (made.data_path / "build_report.json").read_text("utf-8")
        notes = " ".join(json.loads(text)["notes"])
        assert "in several splits" in notes and shared[0] in notes


def test_a_second_build_finds_the_first(built):
    name, made, examples = built
    again = corpora.make_builder(name, data_dir_of(made))
    counts = {k: v.num_examples for k, v in again.info.splits.items()}
    assert counts == {k: len(v) for k, v in examples.items()}


@pytest.mark.parametrize("corpus", FROM_FILES)
def test_a_folder_without_the_corpus_is_refused_in_one_sentence(
    corpus, tmp_path
):
    name, _ = small_source(corpus)
    with pytest.raises(FileNotFoundError, match="Expected a folder"):
        corpora.prepare(name, tmp_path / "none", tmp_path / "data", False)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.doc").write_bytes(b"no corpus")
    with pytest.raises(FileNotFoundError, match="Expected") as error:
        corpora.prepare(name, tmp_path / "other", tmp_path / "data", False)
    assert "\n" not in str(error.value)
    assert f"emoaff corpora {corpus}" in str(error.value)


@pytest.mark.parametrize("corpus", FROM_FILES)
def test_an_interrupted_build_leaves_nothing_that_looks_finished(
    corpus, tmp_path, monkeypatch
):
    name, write = small_source(corpus)
    source = tmp_path / "source"
    source.mkdir()
    write(source)

    made = type(corpora.make_builder(name, tmp_path / "data"))
    generate = made._generate_examples

    def interrupt(*args, **kwargs):
        yield next(iter(generate(*args, **kwargs)))
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(made, "_generate_examples", interrupt)
        with pytest.raises(KeyboardInterrupt):
            corpora.prepare(name, source, tmp_path / "data", False)
    assert not corpora.list_splits(name, tmp_path / "data")
    corpora.prepare(name, source, tmp_path / "data", False)
    assert corpora.list_splits(name, tmp_path / "data")
