import json
import types

import pytest

from emoaff.prediction.talk import Talk
from tests.prediction.test_summary import tally
from tests.prediction.test_summary import timeline


def hear(kind):
    lines = []
    talk = Talk(kind, lines.append)
    talk.note("left out: {a}")
    found = timeline(tally(["joy"] * 9), name="a\nb.mp4")
    talk.tell(found, ["out/a.csv"], ["  label: Joy"])
    return lines


def test_text_is_said_in_lines_that_print():
    lines = hear("text")
    assert lines[0] == "left out: {a}"
    assert lines[1].startswith("a\\nb.mp4: 9 frames")
    assert lines[-2:] == ["  label: Joy", "out/a.csv"]


def test_json_is_an_object_a_line():
    note, said = map(json.loads, hear("json"))
    assert note == {"note": "left out: {a}"}
    assert said["people"][0]["shares"] == {"joy": 1.0}
    assert said["files"] == ["out/a.csv"]


def test_quiet_says_nothing_and_shows_no_progress(capsys):
    assert hear("quiet") == []
    progress = Talk("quiet", print).start_progress("a.mp4")
    progress._shown = -1e9  # long ago
    progress.update(5, 0.5)
    progress.close()
    assert capsys.readouterr() == ("", "")


def test_another_kind_is_refused():
    with pytest.raises(ValueError, match="talk='loud'"):
        Talk("loud", types.SimpleNamespace)
