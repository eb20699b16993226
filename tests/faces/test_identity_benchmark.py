"""The scorer of `benchmarks/identity.py`, against hand arithmetic."""

import importlib.util
import json
import pathlib

import pytest

PATH = pathlib.Path(__file__).parents[2] / "benchmarks" / "identity.py"


@pytest.fixture(scope="module")
def identity():
    spec = importlib.util.spec_from_file_location("identity_benchmark", PATH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_split_costs_the_smaller_part(identity):
    # Anna is 1 in six frames and 2 in four: IDTP 6 of 10 true and 10 found.
    pairs = [("anna", 1)] * 6 + [("anna", 2)] * 4
    assert identity.score_identity(pairs) == {
        "idf1": 2 * 6 / (10 + 10),
        "switches": 1,
        "split": 1,
        "merged": 0,
    }


def test_a_merge_is_no_switch_but_is_counted(identity):
    # One number for two: six of Anna's frames or four of Ben's are right.
    pairs = [("anna", 1)] * 6 + [("ben", 1)] * 4
    scores = identity.score_identity(pairs)
    assert scores["idf1"] == pytest.approx(2 * 6 / 20)
    assert (scores["switches"], scores["split"], scores["merged"]) == (0, 0, 1)


def test_faces_that_are_missed_or_false_count_too(identity):
    pairs = [("anna", 1)] * 3 + [("anna", None)] * 2 + [(None, 4)]
    # 3 right; 5 true, 4 found.
    assert identity.score_identity(pairs)["idf1"] == pytest.approx(6 / 9)


def test_a_number_back_and_forth_switches_twice(identity):
    pairs = [("anna", number) for number in (1, 1, 1, 2, 2, 2, 1, 1, 1)]
    scores = identity.score_identity(pairs)
    assert (scores["switches"], scores["split"]) == (2, 1)


def test_boxes_are_paired_by_place(identity):
    truth = {0: [("anna", (0, 0, 10, 10)), ("ben", (50, 0, 10, 10))]}
    found = {0: [(7, (51, 0, 10, 10)), (8, (0, 6, 10, 10))], 1: [(9, (0,) * 4)]}
    # 8 overlaps Anna by 40 of 160 only.
    assert sorted(identity.match_frames(truth, found), key=str) == [
        ("anna", None),
        ("ben", 7),
        (None, 8),
        (None, 9),
    ]


def test_labels_are_straight_between_the_frames_that_were_marked(
    identity, tmp_path
):
    people = {"anna": [[[2, 0, 0, 10, 10], [4, 8, 4, 10, 20]]]}
    (tmp_path / "a.json").write_text(json.dumps({"people": people}))
    truth = identity.read_labels(tmp_path / "a.json")
    assert sorted(truth) == [2, 3, 4]
    assert truth[3] == [("anna", (4.0, 2.0, 10.0, 15.0))]


def test_the_labels_that_come_along_are_whole(identity):
    for path in identity.LABELS.glob("*.json"):
        labels = json.loads(path.read_text())
        truth = identity.read_labels(path)
        assert max(truth) < labels["frames"]
        for faces in truth.values():
            names = [person for person, _ in faces]
            assert len(set(names)) == len(names)
