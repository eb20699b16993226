import pathlib
import shutil
import tempfile
import zipfile

import numpy as np
import pytest
import tensorflow_datasets as tfds

from emoaff import corpora
from tests.ferplus_files import picture
from tests.ferplus_files import votes
from tests.ferplus_files import write_ferplus
from tfds_builders import ferplus

ROWS = [
    ("Training", "fer0000000.png", votes(happiness=9, fear=1), picture(0)),
    # Without the single vote: 4 of 8 for the winner, not more than half.
    (
        "Training",
        "fer0000001.png",
        votes(neutral=4, sadness=4, anger=1, disgust=1),
        picture(1),
    ),
    # 5 of 9 once the single vote is gone.
    (
        "Training",
        "fer0000002.png",
        votes(contempt=5, neutral=4, fear=1),
        picture(2),
    ),
    ("Training", "fer0000003.png", votes(unknown=6, fear=4), picture(3)),
    ("Training", "", votes(NF=10), None),  # no picture
    ("Training", "fer0000004.png", votes(fear=10), picture(100)),  # a leak
    ("Training", "fer0000005.png", votes(fear=10), None),  # named, not there
    ("Training", "fer0000006.png", votes(fear=10), picture(6)),  # named twice
    ("Training", "fer0000006.png", votes(anger=10), picture(6)),
    ("PublicTest", "fer0000007.png", votes(surprise=10), picture(100)),
    ("PrivateTest", "fer0000008.png", votes(disgust=8, NF=2), picture(8)),
]


class FerplusTest(tfds.testing.DatasetBuilderTestCase):
    DATASET_CLASS = ferplus.Builder
    BUILDER_CONFIG_NAMES_TO_TEST = ["default"]
    SPLITS = {"train": 4, "validation": 1, "test": 1}

    @classmethod
    def setUpClass(cls):
        cls.EXAMPLE_DIR = tempfile.mkdtemp()
        write_ferplus(pathlib.Path(cls.EXAMPLE_DIR), ROWS)
        super().setUpClass()

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.EXAMPLE_DIR)
        super().tearDownClass()


def built(manual_dir, data_dir, name="ferplus", split="train"):
    corpora.prepare(name, manual_dir, data_dir, progress_bar=False)
    examples = corpora.load(name, split, data_dir).as_numpy_iterator()
    return {example["recording"].decode(): example for example in examples}


@pytest.fixture(scope="module")
def train(tmp_path_factory):
    root = tmp_path_factory.mktemp("ferplus")
    write_ferplus(root / "manual" / "FERPlus-master", ROWS)
    return built(root / "manual", root / "data")


def test_majority_needs_more_than_half_without_single_votes(train):
    expression = {name: int(e["expression"]) for name, e in train.items()}
    assert expression == {
        "fer0000000": 1,
        "fer0000001": -1,
        "fer0000002": 7,
        "fer0000003": -1,
    }


def test_raw_votes_and_pixels_are_kept(train):
    example = train["fer0000003"]
    np.testing.assert_array_equal(example["votes"], [0, 0, 0, 0, 0, 0, 4, 0])
    assert example["votes_unknown"] == 6
    assert example["votes_no_face"] == 0
    np.testing.assert_array_equal(example["image"][..., 0], picture(3))


def test_a_training_picture_of_another_split_is_left_out(train, tmp_path):
    assert "fer0000004" not in train
    write_ferplus(tmp_path / "manual", ROWS)
    every = built(
        tmp_path / "manual", tmp_path / "data", "ferplus/with_duplicates"
    )
    assert set(every) == set(train) | {"fer0000004"}


def test_what_is_left_out_is_said_with_its_reason(tmp_path, caplog):
    write_ferplus(tmp_path / "manual", ROWS)
    folder = tmp_path / "manual" / "data" / "FER2013Train"
    (folder / "fer0000000.png").write_bytes(b"")
    examples = built(tmp_path / "manual", tmp_path / "data")
    assert "fer0000000" not in examples
    said = " ".join(record.getMessage() for record in caplog.records)
    for reason, name in (
        ("are not there", "fer0000005.png"),
        ("belong to two rows", "fer0000006.png"),
        ("cannot be read as 48x48", "fer0000000.png"),
    ):
        assert f"1 pictures that {reason} are left out, such as {name}" in said


def test_a_zip_gives_what_the_folder_gives(train, tmp_path):
    write_ferplus(tmp_path / "files", ROWS)
    (tmp_path / "manual").mkdir()
    with zipfile.ZipFile(tmp_path / "manual" / "copy.zip", "w") as archive:
        for path in (tmp_path / "files").rglob("*.*"):
            archive.write(path, path.relative_to(tmp_path / "files"))
    zipped = built(tmp_path / "manual", tmp_path / "data")
    assert set(zipped) == set(train)
    for name, example in zipped.items():
        np.testing.assert_array_equal(example["image"], train[name]["image"])
        assert example["expression"] == train[name]["expression"]


def test_an_empty_folder_says_what_to_do(tmp_path):
    with pytest.raises(FileNotFoundError, match="emoaff corpora ferplus"):
        corpora.prepare("ferplus", tmp_path, tmp_path / "data")


def test_a_table_without_pictures_says_so(tmp_path):
    rows = [(usage, name, v, None) for usage, name, v, _ in ROWS]
    write_ferplus(tmp_path / "manual", rows)
    with pytest.raises(FileNotFoundError, match="no picture that it names"):
        corpora.prepare("ferplus", tmp_path / "manual", tmp_path / "data")


def test_a_foreign_table_says_which_columns_are_missing(tmp_path):
    (tmp_path / "fer2013new.csv").write_text("emotion,pixels,Usage\n")
    with pytest.raises(ValueError, match="Missing columns"):
        corpora.prepare("ferplus", tmp_path, tmp_path / "data")


def test_an_unbuilt_corpus_says_how_to_build_it(tmp_path):
    with pytest.raises(FileNotFoundError, match="emoaff prepare ferplus"):
        corpora.load("ferplus", "train", tmp_path)


def test_unknown_names_list_the_known(tmp_path):
    with pytest.raises(ValueError, match="Expected one of: .*ferplus"):
        corpora.builder("nope", tmp_path)
    with pytest.raises(ValueError, match="with_duplicates"):
        corpora.builder("ferplus/nope", tmp_path)


@pytest.mark.slow
def test_the_real_copy_has_the_published_counts(shared_data, tmp_path):
    # 28,558 pictures less 3 named twice and 340 that validation also holds;
    # 3,199 validation pictures have a majority.
    builder = corpora.prepare("ferplus", shared_data, tmp_path)
    assert builder.info.splits["train"].num_examples == 28_215
    assert builder.info.splits["validation"].num_examples == 3_579
    examples = corpora.load("ferplus", "validation", tmp_path)
    labels = [int(e["expression"]) for e in examples.as_numpy_iterator()]
    assert sum(label >= 0 for label in labels) == 3_199
