import pathlib

import numpy as np
import pytest

from emoaff import corpora
from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.source_tree import SourceTree
from tests.tfds_builders.test_crema_d_video import ANGER
from tests.tfds_builders.test_crema_d_video import DISGUST
from tests.tfds_builders.test_crema_d_video import FEAR
from tests.tfds_builders.test_crema_d_video import SUMMARY
from tests.tfds_builders.test_crema_d_video import VOTES
from tests.tfds_builders.test_crema_d_video import write
from tfds_builders.crema_d_video import tables


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([SUMMARY, '1,"1001_IEO_ANG_HI",,,"A:X",,,'], "row 2 .*'A:X'"),
        ([SUMMARY, '1,"1001_IEO_ANG_HI","A"'], "row 2: expected 8 cells"),
        (['"FileName"', "a"], "Missing: FaceVote"),
        (
            [SUMMARY, '1,"a",,,"A",,,', '2,"a",,,"H",,,'],
            "row 3: expected one FaceVote of A",
        ),
    ],
)
def test_a_bad_summary_names_file_and_row(tmp_path, lines, message):
    write(tmp_path, "summaryTable.csv", *lines)
    with pytest.raises(ValueError, match=f"summaryTable.csv.*{message}"):
        tables.find_face_votes(tmp_path / "summaryTable.csv")


def test_a_number_of_votes_that_is_none_names_file_and_row(tmp_path):
    write(tmp_path, "votes.csv", VOTES, '"200001",0,a,0,0,9,0,"b",9,1')
    with pytest.raises(ValueError, match="votes.csv, row 2: expected a number"):
        tables.count_face_votes(tmp_path / "votes.csv")


@pytest.fixture
def real(shared_data):
    path = shared_data / "annotations" / "crema_d"
    if not path.is_dir():
        pytest.skip("needs CREMA-D's own tables beside the checkout")
    tree, report = SourceTree(path), BuildReport("crema_d_video")

    def find(name):
        return tables.find(tree, name, report)

    return find


def test_the_real_names_have_the_published_counts(real, tmp_path):
    names = tables.listed(real("SentenceFilenames.csv"))
    tree = SourceTree(tmp_path)
    tree.files = [pathlib.PurePosixPath(f"{name}.flv") for name in names]
    tree.usable = lambda files, report: list(files)
    builder = corpora.make_builder(
        "crema_d_video/intended+keep_all_emotions_clip=true", tmp_path
    )
    found = builder.survey(tree, BuildReport("crema_d_video"))
    assert sorted(names) == [each.name for each in found]
    assert len({each.subject for each in found}) == 91
    labels = [int(each.labels.values["expression"][0]) for each in found]
    # anger disgust fear happy neutral sad
    assert np.bincount(labels).tolist() == [1271] * 4 + [1087, 1271]


def test_the_real_votes_have_the_published_ties(real):
    votes = tables.find_face_votes(real("summaryTable.csv"))
    assert set(votes) == set(tables.listed(real("SentenceFilenames.csv")))
    assert sum(len(each) > 1 for each in votes.values()) == 470
    assert min(map(len, votes.values())) == 1
    assert votes["1001_IEO_SAD_HI"] == (ANGER, FEAR)
    assert votes["1008_IOM_FEA_XX"] == (FEAR,)
    assert votes["1008_IOM_DIS_XX"] == (DISGUST,)


def test_the_real_people_are_those_published(real):
    actors = map(str, range(1001, 1092))
    said = tables.people(real("VideoDemographics.csv"), actors)
    assert said.startswith("people, 91: 43 Female, 48 Male; ")
    assert said.endswith("; 20 to 74 years")
