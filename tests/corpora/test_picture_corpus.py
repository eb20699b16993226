import json

import numpy as np
import pytest

from emoaff.corpora import recording_cut
from emoaff.corpora.picture_corpus import PictureCorpus
from emoaff.corpora.picture_corpus import Still
from tests.corpora import tiny
from tests.faces.scene import Person
from tests.faces.scene import Scene
from tests.faces.video_files import numbered

NAN = float("nan")


def corpus(stills, faces="whole", **attributes):
    def survey(builder, tree, report):
        return builder.together(tree.root, stills, faces)

    return tiny.corpus(survey, PictureCorpus, **attributes)


def report(builder):
    return json.loads((builder.data_path / "build_report.json").read_text())


def left_out(builder):
    return {each["why"]: each["names"] for each in report(builder)["left_out"]}


def test_more_pictures_than_are_cut_in_one_go_keep_order_and_labels(tmp_path):
    root = tmp_path / "own"
    for number in range(8):
        tiny.picture(root / f"{number}.png", number * 9)
    # 1100 pictures in three goes, of 500, 500 and 100.
    stills = [
        Still(
            f"picture {number}",
            f"{number % 8}.png",
            subject=f"person {number % 3}",
            labels={"valence": number / 1100, "expression": number % 7},
        )
        for number in range(1100)
    ]
    made = corpus(stills, LABEL_SPACE="affectnet_7")
    builder = tiny.build(root, tmp_path / "data", made)
    found = tiny.examples(builder)
    names = [each["recording"].decode() for each in found]
    assert names == [still.name for still in stills]
    assert tiny.numbers(each["image"] for each in found) == [
        number % 8 * 9 for number in range(1100)
    ]
    np.testing.assert_allclose(
        [each["valence"] for each in found], np.arange(1100) / 1100, 1e-6
    )
    assert [each["expression"] for each in found] == [
        number % 7 for number in range(1100)
    ]
    assert all(np.isnan(each["arousal"]) for each in found)
    assert found[4]["subject"] == b"person 1"
    counts = report(builder)["splits"]["train"]
    assert counts["recordings"] == counts["frames"] == 1100
    assert counts["frames_read"] == counts["valence"] == 1100
    assert (counts["subjects"], counts["arousal"]) == (3, 0)
    assert counts["classes"]["neutral"] == 158  # ceil(1100 / 7)


def test_a_picture_that_cannot_be_read_is_left_out_and_the_rest_is_not(
    tmp_path,
):
    root = tmp_path / "own"
    tiny.picture(root / "0.png", 40)
    tiny.picture(root / "2.png", 42)
    (root / "1.png").write_text("no picture")
    stills = [
        Still(f"id {n}", f"{n}.png", labels={"expression": n}) for n in range(4)
    ]
    made = corpus(stills, LABEL_SPACE="affectnet_7")
    builder = tiny.build(root, tmp_path / "data", made)
    found = tiny.examples(builder)
    assert tiny.numbers(each["image"] for each in found) == [40, 42]
    names = [each["recording"].decode() for each in found]
    assert names == ["id 0", "id 2"]
    assert [each["expression"] for each in found] == [0, 2]
    assert left_out(builder)["cannot be read"] == ["1.png", "3.png"]
    counts = report(builder)["splits"]["train"]
    assert (counts["recordings"], counts["subjects"]) == (2, 0)


def test_pictures_of_which_none_can_be_read_are_each_left_out(tmp_path):
    root = tmp_path / "own"
    tiny.picture(root / "0.png")
    stills = [Still("a", "0.png"), Still("b", "gone.png", split="test")]
    builder = tiny.build(root, tmp_path / "data", corpus(stills))
    assert list(builder.info.splits) == ["train"]
    assert left_out(builder)["cannot be read"] == ["gone.png"]
    assert "test holds no face, and is not built" in report(builder)["notes"]


def test_boxes_say_where_the_face_is(tmp_path):
    root = tmp_path / "own"
    tiny.picture(root / "a.png", 0b00001111)  # white on its left half
    stills = [
        Still("left", "a.png", box=(4, 12, 24, 24)),
        Still("right", "a.png", box=(36.0, 12.0, 24.0, 24.0)),
        Still("nowhere", "a.png"),
    ]
    made = corpus(stills, "boxes")
    made.builder_configs["whole"].margin = 0.0
    found = tiny.examples(tiny.build(root, tmp_path / "data", made))
    assert [each["recording"].decode() for each in found] == ["left", "right"]
    assert found[0]["image"].mean() > 245
    assert found[1]["image"].mean() < 10
    assert numbered(0b00001111)[:, :32].min() == 255


def test_other_people_of_all_pictures_are_counted(
    tmp_path, monkeypatch, capsys
):
    scene = Scene(
        [Person(1, lambda n: (20, 90, 70)), Person(2, lambda n: (200, 90, 50))],
        2,
    )
    monkeypatch.setattr(recording_cut, "_detector", lambda: scene)
    root = tmp_path / "own"
    root.mkdir()
    for frame in scene.frames():
        tiny.save(root / f"{frame.index}.png", frame.image)
    stills = [Still(f"{n}", f"{n}.png") for n in range(2)]
    tiny.build(root, tmp_path / "data", corpus(stills, "find"))
    said = capsys.readouterr().out
    assert "train leaves out 2 other people: one is kept of each" in said


def test_labels_of_pictures_are_checked_before_the_work(tmp_path):
    tiny.picture(tmp_path / "own" / "a.png")
    still = Still("a", "a.png", labels={"valence": -2})
    message = r"valence in \[-1, 1\], or NaN, in the pictures 'a' to 'a'"
    with pytest.raises(ValueError, match=message):
        tiny.build(tmp_path / "own", tmp_path / "data", corpus([still]))


def test_missing_labels_of_several_columns_are_filled(tmp_path):
    tiny.picture(tmp_path / "own" / "a.png")
    stills = [
        Still("a", "a.png", labels={"votes": (1, 0), "action_units": (1,)}),
        Still("b", "a.png"),
    ]
    extra = {"votes": ("x", "y"), "action_units": ("AU1",)}
    made = corpus(stills, EXTRA=extra)
    first, second = tiny.examples(
        tiny.build(tmp_path / "own", tmp_path / "data", made)
    )
    assert first["votes"].tolist() == [1, 0]
    assert first["action_units"].tolist() == [1]
    assert np.isnan(second["votes"]).all()
    assert second["action_units"].tolist() == [-1]
