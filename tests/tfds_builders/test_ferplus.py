import collections
import pathlib
import shutil
import tempfile
import zipfile

import numpy as np
import pytest
import tensorflow_datasets as tfds

from emoaff import corpora
from emoaff.corpora.build_report import BuildReport
from tests.ferplus_files import HEADER
from tests.ferplus_files import picture
from tests.ferplus_files import votes
from tests.ferplus_files import write_ferplus
from tests.ferplus_files import write_pixels
from tests.tfds_builders.built import Built
from tfds_builders import ferplus
from tfds_builders.ferplus import vote_table

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


def write_source(root):
    write_ferplus(root, ROWS)


# What test_contract.py builds.
SMALL_SOURCE = "ferplus", write_source


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


def test_what_is_left_out_is_said_with_its_reason(tmp_path):
    root = tmp_path / "manual"
    write_ferplus(root, ROWS)
    folder = root / "data" / "FER2013Train"
    (folder / "fer0000000.png").write_bytes(b"")
    (folder / "fer0000099.png").write_bytes(b"x")
    (folder / "label.csv").write_text('fer0000000.png,"(0, 0, 48, 48)",9\n')
    (folder / "._fer0000000.png").write_bytes(b"x")
    (root / "half.zip").write_bytes(b"PK")
    with zipfile.ZipFile(root / "other.zip", "w") as archive:
        archive.writestr("a.txt", "x")
    with zipfile.ZipFile(root / "whole.zip", "w") as archive:
        archive.write(root / "fer2013new.csv", "fer2013new.csv")
    again = root / "again" / "fer2013new.csv"
    again.parent.mkdir()
    again.write_bytes(b"")
    (root / "LICENSE").write_text("x")
    report = Built("ferplus", root, tmp_path / "data")
    assert report.left_out() == {
        "cannot be read as 48x48": ["FER2013Train/fer0000000.png"],
        "named, and not there": ["FER2013Train/fer0000005.png"],
        "not in fer2013new.csv": ["FER2013Train/fer0000099.png"],
        "rows whose name stands twice": [
            "fer2013new.csv, row 10 (fer0000006.png)",
            "fer2013new.csv, row 9 (fer0000006.png)",
        ],
        "rows without a name, as there is no face": ["fer2013new.csv, row 6"],
        "of train, with its pixels in validation or test as well": [
            "fer0000004"
        ],
        "put there by the operating system": [
            "data/FER2013Train/._fer0000000.png"
        ],
        "votes that fer2013new.csv holds as well": [
            "data/FER2013Train/label.csv"
        ],
        "no whole zip archive": ["half.zip"],
        "an archive of something else": ["other.zip"],
        "pictures that stand elsewhere as well, or of no split": ["whole.zip"],
        "empty": ["again/fer2013new.csv"],
        "no file of FER+ that is needed": ["LICENSE"],
    }
    assert report.report["splits"]["train"]["votes"] == 3
    assert report.report["splits"]["train"]["classes"]["contempt"] == 1


def test_copies_are_counted_without_a_build(tmp_path):
    write_ferplus(tmp_path, ROWS)
    text = corpora.check("ferplus", tmp_path)
    assert (
        "1 of 7 pictures have the very pixels of another one; of the 1 sets of "
        "such pictures, 1 lie in more than one split and 1 have more than one "
        "label"
    ) in text
    kept = corpora.check("ferplus/with_duplicates", tmp_path)
    assert "train keeps 1 pictures whose pixels also stand" in kept
    counts = [t.split() for t in (text, kept)]
    place = counts[0].index("recordings") + 1
    assert [c[place : place + 3] for c in counts] == [
        ["4", "1", "1"],
        ["5", "1", "1"],
    ]


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


PIXELS = [
    (emotion, picture(k) if pixels is None else pixels, usage)
    for k, (emotion, (usage, _, _, pixels)) in enumerate(
        zip([3, 6, 0, 2, 2, 2, 2, 2, 0, 5, 1], ROWS, strict=True)
    )
]


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("fer2013/fer2013.csv", "emotion,pixels,Usage"),
        ("icml_face_data.csv", "emotion, Usage, pixels"),
    ],
)
def test_the_table_gives_what_the_files_give(train, tmp_path, name, header):
    root = tmp_path / "manual"
    write_ferplus(root, [(*row[:3], None) for row in ROWS])
    write_pixels(root / name, PIXELS, header)
    joined = built(root, tmp_path / "data")
    # Row 7 is named and has no file; a table holds all pictures.
    assert set(joined) == set(train) | {"fer0000005"}
    np.testing.assert_array_equal(
        joined["fer0000005"]["image"][..., 0], picture(6)
    )
    for key, example in train.items():
        for feature in ("image", "expression", "votes", "votes_unknown"):
            np.testing.assert_array_equal(
                joined[key][feature], example[feature]
            )


def test_tables_are_joined_by_row_and_not_by_number_in_names(tmp_path):
    rows = [
        ("Training", "", votes(NF=10), None),
        ("Training", "fer0000000.png", votes(fear=10), None),
        ("Training", "fer0000002.png", votes(anger=10), None),
        ("Training", "fer0000001.png", votes(neutral=10), None),
    ]
    write_ferplus(tmp_path / "own", rows)
    pixels = [(e, picture(k), "Training") for k, e in enumerate([0, 2, 0, 6])]
    write_pixels(tmp_path / "own" / "fer2013.csv", pixels)
    examples = built(tmp_path / "own", tmp_path / "data")
    seeds = {"fer0000000": 1, "fer0000002": 2, "fer0000001": 3}
    assert set(examples) == set(seeds)
    for name, seed in seeds.items():
        np.testing.assert_array_equal(
            examples[name]["image"][..., 0], picture(seed)
        )


@pytest.mark.parametrize(
    ("pixels", "message"),
    [
        (PIXELS[:-1], "10 in fer2013.csv, 11 in fer2013new.csv"),
        (PIXELS[-1:] + PIXELS[:-1], "row 2: expected Usage as in"),
        (
            [(4, pixels, usage) for _, pixels, usage in PIXELS],
            "agree in 0% of the rows",
        ),
    ],
)
def test_tables_that_do_not_belong_together_are_refused(
    tmp_path, pixels, message
):
    write_ferplus(tmp_path, ROWS)
    write_pixels(tmp_path / "fer2013.csv", pixels)
    with pytest.raises(ValueError, match=message):
        corpora.check("ferplus", tmp_path)


def test_votes_are_known_by_their_header(tmp_path):
    write_ferplus(tmp_path, ROWS)
    (tmp_path / "fer2013new.csv").rename(tmp_path / "fer2013.csv")
    text = corpora.check("ferplus", tmp_path)
    assert "the votes are in fer2013.csv, which is another table's" in text
    assert ["recordings", "4", "1", "1"] in [
        line.split() for line in text.split("\n")
    ]


def test_a_half_copied_corpus_says_what_is_not_there(tmp_path):
    write_ferplus(tmp_path, [row for row in ROWS if row[0] != "PrivateTest"])
    with (tmp_path / "fer2013new.csv").open("a") as file:
        file.write("PrivateTest,fer0000008.png,0,0,0,0,0,8,0,0,0,2\nPriv")
    text = corpora.check("ferplus", tmp_path)
    assert (
        "there is no picture in FER2013Test, so no test, for which 1 are named"
    ) in text
    assert "rows that end too early), such as fer2013new.csv, row 13" in text
    assert "validation has 1 pictures before any is left out" in text


def test_an_empty_folder_says_what_to_do(tmp_path):
    with pytest.raises(FileNotFoundError, match="emoaff corpora ferplus"):
        corpora.prepare("ferplus", tmp_path, tmp_path / "data")


def test_a_table_without_pictures_says_so(tmp_path):
    rows = [(usage, name, v, None) for usage, name, v, _ in ROWS]
    write_ferplus(tmp_path / "manual", rows)
    with pytest.raises(FileNotFoundError, match="no picture that it names"):
        corpora.prepare("ferplus", tmp_path / "manual", tmp_path / "data")


def test_a_pointer_of_lfs_is_no_table(tmp_path):
    write_ferplus(tmp_path, ROWS)
    pointer = "version https://git-lfs.github.com/spec/v1\n"
    (tmp_path / "fer2013new.csv").write_text(pointer)
    with pytest.raises(FileNotFoundError, match="git lfs pull"):
        corpora.check("ferplus", tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("emotion,pixels,Usage\n", "Missing columns"),
        (f"{','.join(HEADER)}\nTrain,a,{'1,' * 9}1\n", "row 2.*'Train'"),
        (f"{','.join(HEADER)}\nTraining,a,{'1,' * 9}-\n", "row 2.*nf.*'-'"),
    ],
)
def test_a_foreign_table_says_what_is_wrong(tmp_path, text, message):
    (tmp_path / "fer2013new.csv").write_text(text)
    with pytest.raises(ValueError, match=message):
        corpora.check("ferplus", tmp_path)


def test_an_unbuilt_corpus_says_how_to_build_it(tmp_path):
    with pytest.raises(FileNotFoundError, match="emoaff prepare ferplus"):
        corpora.load("ferplus", "train", tmp_path)


def test_unknown_names_list_the_known(tmp_path):
    with pytest.raises(ValueError, match="Expected one of: .*ferplus"):
        corpora.make_builder("nope", tmp_path)
    with pytest.raises(ValueError, match="with_duplicates"):
        corpora.make_builder("ferplus/nope", tmp_path)


def test_the_real_table_is_read_whole(shared_data):
    path = shared_data / "ferplus_train_valid.zip"
    if not path.exists():
        pytest.skip("needs FER+'s votes")
    with zipfile.ZipFile(path) as archive:
        data = archive.read("fer2013new.csv")
    report = BuildReport("ferplus")
    rows = vote_table.read(data, report)
    assert len(rows) == 35_887
    assert report.describe_left_out() == "nothing"
    splits = collections.Counter(row.split for row in rows)
    assert splits == {"train": 28_709, "validation": 3_589, "test": 3_589}
    nameless = collections.Counter(row.split for row in rows if not row.name)
    assert nameless == {"train": 148, "validation": 10, "test": 15}
    names = collections.Counter(row.name for row in rows if row.name)
    assert sorted(name for name, count in names.items() if count > 1) == [
        "fer0006953.png",
        "fer0008403.png",
        "fer0011785.png",
        "fer0033120.png",
    ]
    most = collections.Counter(int(row.votes.argmax()) for row in rows)
    order = [12_906, 9_355, 4_462, 4_371, 3_111, 248, 819, 216, 222, 177]
    assert [most[k] for k in range(10)] == order
    assert [row.number for row in rows if row.votes.sum() != 10] == [10_435]


@pytest.mark.slow
def test_the_real_copy_has_the_published_counts(shared_data, tmp_path):
    # 28,558 pictures less 3 named twice and 340 that validation also holds;
    # 3,199 validation pictures have a majority.
    built = Built("ferplus", shared_data, tmp_path)
    counts = built.report["splits"]
    assert len(built.examples["train"]) == 28_215
    assert len(built.examples["validation"]) == 3_579
    labels = [int(e["expression"]) for e in built.examples["validation"]]
    assert sum(label >= 0 for label in labels) == 3_199
    assert counts["validation"]["expression"] == 3_199
    found = {each["why"]: each["count"] for each in built.report["left_out"]}
    assert found["rows without a name, as there is no face"] == 173
    assert found["rows whose name stands twice"] == 8
    assert (
        found["of train, with its pixels in validation or test as well"] == 340
    )
    assert any(
        note.startswith("1519 of 32134 pictures have the very pixels")
        for note in built.report["notes"]
    )
    assert not any("published are" in note for note in built.report["notes"])
