import pytest

from emoaff import corpora
from emoaff.corpora.own_corpora import is_path
from emoaff.corpora.skeleton import write_corpus_skeleton

PLAIN = "from emoaff.corpora.recording_corpus import RecordingCorpus\n"


def write_builder(tmp_path, name, text):
    folder = tmp_path / name
    folder.mkdir()
    (folder / f"{name}_dataset_builder.py").write_text(text)
    return folder


def test_a_path_stands_for_the_name_with_all_that_is_behind_it(tmp_path):
    write_corpus_skeleton("found_by_path", tmp_path)
    path = tmp_path / "found_by_path"
    for rest in ("", "/clips", "/clips+size=32", "+size=32"):
        assert corpora.find_name(f"{path}{rest}") == f"found_by_path{rest}"
    assert corpora.needs_files(str(path))
    assert "DIR/person_1" in corpora.describe_corpus(str(path))
    made = corpora.make_builder(f"{path}/clips+size=32", tmp_path / "data")
    assert made.builder_config.size == 32
    with pytest.raises(ValueError, match="no configuration 'x'.*clips"):
        corpora.make_builder("found_by_path/x", tmp_path / "data")


def test_a_name_of_emoaff_is_no_path_unless_it_is_written_as_one(
    tmp_path, monkeypatch
):
    write_builder(tmp_path, "recola", PLAIN)
    monkeypatch.chdir(tmp_path)
    assert corpora.find_name("recola/avec") == "recola/avec"
    assert is_path("./recola", corpora.list_corpora())
    with pytest.raises(ValueError, match="that of no other corpus"):
        corpora.find_name("./recola")


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("broken_one", "Builder = nothing", "stops with NameError: .*Mend"),
        ("broken_two", "", "stops with AttributeError: .*'Builder'"),
        ("broken_three", "class Builder: pass", "to be a corpus of TFDS"),
        ("json", PLAIN, "no Python package has|stops with"),
        ("Mine", PLAIN, "in small letters"),
    ],
)
def test_a_folder_that_cannot_be_used_is_refused(tmp_path, name, text, message):
    folder = write_builder(tmp_path, name, text)
    with pytest.raises(ValueError, match=message) as error:
        corpora.find_name(str(folder))
    assert "\n" not in str(error.value)


def test_a_corpus_that_is_nowhere_is_asked_for_by_path(tmp_path):
    with pytest.raises(ValueError, match="recola.*or the path of a builder's"):
        corpora.make_builder("nowhere", tmp_path)
    (tmp_path / "nowhere").mkdir()
    with pytest.raises(ValueError, match="emoaff prepare path/to/nowhere"):
        corpora.make_builder("nowhere/clips", tmp_path)
