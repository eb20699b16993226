import pytest

from emoaff import corpora
from emoaff import labels
from emoaff.corpora import catalogue
from tests.data import small_corpus as small


def build(monkeypatch, tmp_path, **attributes):
    splits = {"train": list(small.segments(0, range(3)))}
    small.small_video(monkeypatch, tmp_path, splits, **attributes)


@pytest.mark.parametrize(
    ("name", "attributes", "expected"),
    [
        ("small", {"LABEL_SPACE": "affectnet_8"}, labels.get("affectnet_8")),
        (
            "small/default",
            {"LABEL_SPACE": None, "metadata": {"classes": ["calm", "angry"]}},
            labels.LabelSpace("small", ("calm", "angry")),
        ),
        ("ferplus", {"LABEL_SPACE": None}, labels.get("ferplus")),
        ("small", {"LABEL_SPACE": None}, None),
    ],
)
def test_a_corpus_says_what_its_classes_are(
    monkeypatch, tmp_path, name, attributes, expected
):
    build(monkeypatch, tmp_path, **attributes)
    monkeypatch.setattr(
        catalogue,
        "make_builder",
        lambda *_, made=catalogue.make_builder: made("small", tmp_path),
    )
    assert corpora.find_label_space(name, tmp_path) == expected


def test_what_is_not_built_is_named(monkeypatch, tmp_path):
    build(monkeypatch, tmp_path)
    assert corpora.require_built("small", "train[:1]", tmp_path).name == "small"
    with pytest.raises(ValueError, match="no split 'test'"):
        corpora.require_built("small", "test", tmp_path)
    with pytest.raises(FileNotFoundError, match="emoaff prepare small"):
        corpora.require_built("small", "train", tmp_path / "new")


def test_a_changed_configuration_is_not_warned_of(tmp_path, caplog):
    corpora.make_builder("video_folder+named=lab", tmp_path)
    assert "custom data configuration" not in caplog.text
