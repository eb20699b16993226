import csv

from emoaff.prediction.events_table import EVENT_COLUMNS
from emoaff.prediction.events_table import write_events
from emoaff.prediction.result import Result
from tests.prediction.results import row
from tests.prediction.results import write_result


def read(tmp_path, rows, **more):
    table = write_result(tmp_path, rows, **more)
    write_events(tmp_path / "e.csv", Result.read(table))
    with (tmp_path / "e.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_an_event_has_its_time_and_strength(tmp_path):
    # Ten rows at 10 a second: neutral, then happiness growing for .6 s.
    strengths = [0.5, 0.6, 0.7, 0.8, 0.9, 0.7]
    rows = [row(n, named=0) for n in range(4)]
    rows += [row(4 + n, strength=s) for n, s in enumerate(strengths)]
    (event,) = read(tmp_path, rows)
    assert tuple(event) == EVENT_COLUMNS
    assert event == {
        "source": "clip.mp4",
        "person": "1",
        "name": "",
        "expression": "happiness",
        "start_s": "0.400",
        "end_s": "1.000",
        "duration_s": "0.600",
        "mean_strength": "0.700",  # 4.2 / 6
        "peak_s": "0.800",
    }


def test_a_file_named_as_a_formula_is_none(tmp_path):
    rows = [row(n) for n in range(10)]
    (event,) = read(tmp_path, rows, source="=HYPERLINK(1).mp4")
    assert event["source"] == "'=HYPERLINK(1).mp4"


def test_nothing_held_is_a_header_alone(tmp_path):
    assert read(tmp_path, [row(n, named=0) for n in range(10)]) == []
    text = (tmp_path / "e.csv").read_text("utf-8")
    assert text.strip() == ",".join(EVENT_COLUMNS)


def test_no_strength_is_rounded_to_certainty(tmp_path):
    rows = [row(n, strength=0.99999) for n in range(10)]
    (event,) = read(tmp_path, rows, confidence_at_most=0.9997)
    assert event["mean_strength"] == "0.9997"
