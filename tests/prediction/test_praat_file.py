import pympi
from praatio import textgrid

from emoaff.prediction.praat_file import write_praat
from emoaff.prediction.result import Result
from emoaff.prediction.row import Row
from tests.prediction.results import row
from tests.prediction.results import write_result


def write(tmp_path, rows):
    path = tmp_path / "a.TextGrid"
    write_praat(path, Result.read(write_result(tmp_path, rows)))
    return path


def test_two_libraries_read_a_tier_for_each_person(tmp_path):
    rows = []
    for n in range(10):
        rows.append(row(n, named=n // 5))
        if n > 3:
            rows.append(row(n, person=2, named=2))
    path = write(tmp_path, rows)
    grid = textgrid.openTextgrid(path, includeEmptyIntervals=True)
    assert grid.tierNames == ("person 1", "person 2")
    assert [tuple(e) for e in grid.getTier("person 2").entries] == [
        (0.0, 0.4, ""),
        (0.4, 1.0, "anger"),
    ]
    other = pympi.TextGrid(path)
    assert list(other.get_tier("person 1").get_intervals()) == [
        (0.0, 0.5, "neutral"),
        (0.5, 1.0, "happiness"),
    ]


def test_a_video_without_a_face_is_a_grid_without_tiers(tmp_path):
    path = write(tmp_path, [Row(0, 0.0), Row(1, 0.1)])
    assert not textgrid.openTextgrid(path, True).tierNames
