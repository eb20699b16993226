import pytest

import emoaff_cli
from emoaff.prediction.reports import write_reports
from tests.prediction.results import row
from tests.prediction.results import write_result
from tests.sample import CLIP


def test_a_folder_gets_a_page_each_and_one_that_compares_them(tmp_path):
    write_result(tmp_path, [row(n) for n in range(4)], "first")
    two = [row(n, person) for n in range(4) for person in (1, 2)]
    write_result(tmp_path, two, "second")
    (tmp_path / "notes.csv").write_text("a,b\n")  # no result
    index, *pages = write_reports(tmp_path)
    assert index == tmp_path / "index.html"
    assert [page.name for page in pages] == ["first.html", "second.html"]
    text = index.read_text("utf-8")
    assert text.count("<tr><td>") == 3  # one, and two people
    assert '<a href="second.html#person-2">person 2</a>' in text
    assert "0.4 s" in text and "2 recordings" in text
    assert "none named</li>" in text


def test_videos_are_found_by_the_names_that_results_have_of_them(tmp_path):
    write_result(tmp_path, [row(n) for n in range(8)], source=CLIP.name)
    write_result(tmp_path, [row(0)], "other", source="gone.mp4")
    _, found, missing = write_reports(tmp_path, video=CLIP.parent)
    assert "<video" in found.read_text("utf-8")
    assert "<video" not in missing.read_text("utf-8")


def test_pages_with_pictures_that_predict_wrote_stay_without_a_video(tmp_path):
    rows = [row(n) for n in range(8)]
    write_result(tmp_path, rows, source=CLIP.name, files=["clip.html"])
    write_result(tmp_path, rows, "other", source=CLIP.name)
    for name in ("clip", "other"):
        (tmp_path / f"{name}.html").write_text('<meta content="emoaff">')
    kept = (tmp_path / "clip.html").read_text()
    _, page, other = write_reports(tmp_path, overwrite=True)
    assert page.read_text() == kept and other.read_text("utf-8") != kept
    _, page, _ = write_reports(tmp_path, video=CLIP.parent, overwrite=True)
    assert "<video" in page.read_text("utf-8")


def test_a_folder_without_a_result_is_refused(tmp_path):
    (tmp_path / "notes.csv").write_text("a,b\n")
    with pytest.raises(ValueError, match="expected a folder with results"):
        write_reports(tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["notes.csv"]


def test_a_damaged_table_is_named_and_the_others_have_pages(tmp_path, capsys):
    write_result(tmp_path, [row(0)], "good")
    bad = write_result(tmp_path, [row(0)], "bad")
    bad.write_text(bad.read_text().replace("0.990", "0.9x0"))
    with pytest.raises(ValueError, match="bad.csv, line 2"):
        write_reports(tmp_path)
    assert emoaff_cli.main(["report", str(tmp_path)]) == 2
    said = capsys.readouterr()
    assert said.out.split() == [
        str(tmp_path / name) for name in ("index.html", "good.html")
    ]
    assert said.err.startswith(f"emoaff: {bad}, line 2: expected a row")
    index = (tmp_path / "index.html").read_text("utf-8")
    assert "good.mp4" in index and "bad" not in index


def test_without_a_table_that_can_be_read_there_is_no_index(tmp_path, capsys):
    write_result(tmp_path, [row(0)], "bad").write_text("frame\n")
    assert emoaff_cli.main(["report", str(tmp_path)]) == 2
    assert "bad.csv: expected the columns" in capsys.readouterr().err
    assert not (tmp_path / "index.html").exists()


def test_a_folder_of_videos_that_is_not_there_is_told(tmp_path):
    write_result(tmp_path, [row(0)])
    with pytest.raises(FileNotFoundError, match="folder with the videos"):
        write_reports(tmp_path, video=tmp_path / "no", on_error=print)


def test_an_index_of_somebody_else_is_kept(tmp_path):
    write_result(tmp_path, [row(0)])
    (tmp_path / "index.html").write_text("my site")
    with pytest.raises(ValueError, match="index.html: expected a free name"):
        write_reports(tmp_path)
    assert (tmp_path / "index.html").read_text() == "my site"
    assert not (tmp_path / "clip.html").exists()


def test_a_recording_called_index_keeps_a_page_of_its_own(tmp_path):
    write_result(tmp_path, [row(0)], "index")
    index, page = write_reports(tmp_path)
    assert (index.name, page.name) == ("index.html", "index_csv.html")
    assert 'href="index_csv.html"' in index.read_text("utf-8")
    assert 'id="data"' in page.read_text("utf-8")


def test_pages_keep_the_folders_of_results(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write_result(tmp_path / name, [row(0)], "index", source=CLIP.name)
    index, *pages = write_reports(tmp_path, tmp_path / "out", CLIP.parent)
    inner = [page.relative_to(tmp_path / "out").as_posix() for page in pages]
    assert inner == ["a/index.html", "b/index.html"]
    text = index.read_text("utf-8")
    for page in inner:
        assert f'<a href="{page}">{page[0]}/{CLIP.name}</a>' in text
