import csv
import json

import pytest

from emoaff.faces.video import Video
from emoaff.prediction import live
from emoaff.prediction.live import run_live
from emoaff.presets import load_preset
from tests.sample import CLIP


@pytest.fixture(scope="module")
def preset():
    return load_preset("compact_ferplus")


@pytest.fixture
def fast(monkeypatch):
    """The file's pictures as fast as they are worked on, none dropped."""

    class Frames:
        seen = dropped = 0

        def __init__(self, source, note):
            self._video = Video(CLIP)
            self._now = 0.0

        def now(self):
            return self._now + 0.05

        def __iter__(self):
            for frame in self._video:
                self._now = frame.time_s
                self.seen += 1
                yield frame

        def close(self):
            self._video.close()

    monkeypatch.setattr(live, "LatestFrames", Frames)


def test_each_row_is_a_line_of_json_with_the_columns_of_the_table(preset, fast):
    lines = []
    done = run_live(
        preset, str(CLIP), window=False, seconds=2.5, write_line=lines.append
    )
    rows = [json.loads(line) for line in lines]
    assert done["shown"] == len({row["frame"] for row in rows}) > 50
    assert done["latency_s"] == pytest.approx(0.05)
    face = rows[-1]
    assert face["person"] == 1 and face["expression"] == "happiness"
    assert sum(face["probabilities"].values()) == pytest.approx(1, abs=1e-3)
    assert len(face["box"]) == 4
    assert face["valence"] is None  # the model gives none
    assert rows[0]["time_s"] == 0


def test_a_recording_has_the_rows_and_as_many_pictures(preset, fast, tmp_path):
    done = run_live(
        preset,
        str(CLIP),
        window=False,
        out=tmp_path,
        record=True,
        seconds=1.0,
        write_line=lambda line: None,
    )
    video, table = done["files"]
    with table.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(list(Video(video))) == len({row["frame"] for row in rows})
    assert float(rows[0]["time_s"]) == 0


class Window:
    """Presses keys, one a picture, and keeps what it was shown."""

    keys = ""

    def __init__(self):
        Window.shown, Window.closed = [], False

    def show(self, image):
        self.shown.append(image)
        return self.keys[len(self.shown) - 1]

    def close(self):
        Window.closed = True


def test_keys_save_record_and_end(preset, fast, tmp_path, monkeypatch):
    monkeypatch.setattr(live, "LiveWindow", Window)
    monkeypatch.setattr(live, "require_screen", lambda: None)
    monkeypatch.setattr(Window, "keys", ["", "s", "r", "", "", "r", "", "q"])
    said = []
    done = run_live(preset, str(CLIP), out=tmp_path, note=said.append)
    assert done["shown"] == len(Window.shown) == 8 and Window.closed
    video, table = done["files"]
    assert len(list(Video(video))) == 3  # from the picture after r to the next
    assert table.is_file()
    assert [path.suffix for path in sorted(tmp_path.iterdir())].count(
        ".jpg"
    ) == 1
    assert said[0].startswith("saved ") and said[1].startswith("recorded ")


def test_a_stop_keeps_what_was_recorded(preset, fast, tmp_path):
    count = 0

    def stop(line):
        nonlocal count
        count += 1
        if count == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_live(
            preset,
            str(CLIP),
            window=False,
            out=tmp_path,
            record=True,
            write_line=stop,
        )
    (video,) = tmp_path.glob("*.mp4")
    assert len(list(Video(video))) == 5
    assert video.with_suffix(".csv").is_file()
