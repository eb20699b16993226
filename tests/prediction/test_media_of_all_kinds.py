"""What is predicted of unusual media, from the file to its rows."""

import json

import cv2
import numpy as np
import pytest
from PIL import Image

import emoaff
from emoaff.faces import Video
from emoaff.prediction import tables
from emoaff.prediction.drawing import annotate
from emoaff.prediction.files import predict_files
from emoaff.prediction.row import Row
from emoaff_cli import main
from tests.faces.video_files import write_numbered
from tests.faces.video_files import write_video
from tests.sample import PORTRAIT


@pytest.fixture(scope="module")
def preset():
    return emoaff.load_preset("compact_ferplus")


def predict(inputs, preset, out):
    lines = []
    failures = predict_files(inputs, preset, out, report=lines.append)
    return failures, "\n".join(lines)


def test_a_folder_says_what_it_leaves_out(tmp_path, preset):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "photo").write_bytes(PORTRAIT.read_bytes())
    (folder / "notes.txt").write_text("hello")
    (folder / ".hidden").write_text("hello")
    failures, said = predict([folder], preset, tmp_path / "out")
    assert failures == []
    assert f"{folder}: left out 2 files of 3: 1 " in said
    assert "of another kind (.txt)" in said and "1 hidden" in said
    assert (tmp_path / "out" / "photo.csv").exists()


def test_empty_files_named_as_videos_are_one_failure(tmp_path, preset):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "photo.jpg").write_bytes(PORTRAIT.read_bytes())
    for number in range(1000):
        (folder / f"{number}.mp4").touch()
    failures, said = predict([folder], preset, tmp_path / "out")
    (failure,) = failures
    assert "found 1000 files empty, such as 0.mp4" in failure.reason
    assert "left out 1000 files of 1001" in said
    assert (tmp_path / "out" / "photo.csv").exists()


def test_a_folder_of_nothing_ends_in_2_and_says_why(tmp_path, capsys):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "notes.txt").write_text("hello")
    out = tmp_path / "out"
    assert main(["predict", str(folder), "--out", str(out)]) == 2
    said = capsys.readouterr()
    assert "found none in it (left out 1 file of 1" in said.err
    assert "Traceback" not in said.err
    assert list(out.glob("*.csv")) == []


def test_an_animation_gives_rows_and_a_still_of_its_format_one(
    tmp_path, preset
):
    portrait = Image.open(PORTRAIT).resize((256, 256))
    portrait.save(tmp_path / "still.webp")
    portrait.save(
        tmp_path / "moving.webp",
        save_all=True,
        append_images=[portrait.rotate(1), portrait.rotate(2)],
        duration=200,
    )
    still = emoaff.predict_video(tmp_path / "still.webp", preset)
    moving = emoaff.predict_video(tmp_path / "moving.webp", preset)
    assert (still.kind, moving.kind) == ("picture", "video")
    assert [row.person for row in still] == [1]
    times = [row.time_s for row in moving]
    np.testing.assert_allclose(times, [0, 0.2, 0.4])


def test_a_picture_of_few_bits_is_looked_at_and_said(tmp_path, preset):
    image = cv2.imread(str(PORTRAIT)).astype(np.uint16) * 16
    cv2.imwrite(str(tmp_path / "a.png"), image)
    failures, said = predict([tmp_path / "a.png"], preset, tmp_path / "out")
    assert failures == []
    assert "a.png: happiness" in said and "taken for 12 bits" in said
    header = json.loads((tmp_path / "out" / "a.json").read_text("utf-8"))
    assert "taken for 12 bits" in header["warnings"][0]


def write_joined(path):
    """Two sizes in one stream, a grey and a white picture in each."""
    parts = []
    for number, (width, height) in enumerate(((64, 48), (48, 96))):
        part = path.with_name(f"{number}.ts")
        write_video(part, [np.full((height, width, 3), 128, np.uint8)] * 5)
        parts.append(part.read_bytes())
    path.write_bytes(b"".join(parts))
    return path


def test_a_drawn_video_fits_all_sizes_into_the_first(tmp_path):
    source = write_joined(tmp_path / "a.ts")
    with tables.table(tmp_path / "t.csv", ("calm", "joy")) as write:
        for index in range(10):
            write(Row(index, index / 25))
    out = annotate(source, tmp_path / "t.csv", tmp_path / "a.mp4")
    with Video(out) as video:
        frames = [frame.image.astype(int) for frame in video]
    assert {image.shape for image in frames} == {(48, 64, 3)}
    # 48x96 in 64x48: 24 columns in the middle, 20 black ones on each side.
    last = frames[-1]
    assert last[:, :18].max() < 20 and last[:, 46:].max() < 20
    assert np.abs(last[:, 22:42] - 128).max() < 12
    assert np.abs(frames[0] - 128).max() < 12


def test_a_drawn_video_of_unknown_rate_can_be_written(tmp_path, monkeypatch):
    source = write_numbered(tmp_path / "a.mp4", 3)
    with tables.table(tmp_path / "t.csv", ("calm", "joy")) as write:
        write(Row(0, 0.0))
    opened = Video.__init__

    def rateless(self, path):
        opened(self, path)
        self.average_fps = float("nan")

    monkeypatch.setattr(Video, "__init__", rateless)
    annotate(source, tmp_path / "t.csv", tmp_path / "b.mp4")
    monkeypatch.undo()
    assert len(list(Video(tmp_path / "b.mp4"))) == 3


@pytest.mark.parametrize(
    "name", ["tiled.heic", "rotated.heic", "grey_12bit_in_16.png"]
)
def test_stills_of_the_field_show_one_happy_person(field_case, preset, name):
    timeline = emoaff.predict_video(field_case(name), preset)
    (row,) = timeline
    best = timeline.classes[int(np.argmax(row.probabilities))]
    assert (row.person, best) == (1, "happiness")


def test_clips_of_the_field_keep_their_length_and_faces(field_case, preset):
    for name in ("clock_reset.ts", "size_switch_portrait.mkv"):
        timeline = emoaff.predict_video(field_case(name), preset)
        rows = list(timeline)
        assert len(rows) == 60 and timeline.frames_with_face == 60
        times = [row.time_s for row in rows]
        assert (np.diff(times) > 0).all()
        assert times[-1] == pytest.approx(59 / 30, abs=2e-3)
        assert len(timeline.warnings) == 1 and not timeline.damaged


def test_a_resting_face_may_be_a_photo_of_a_telephone(field_case, preset):
    baseline = str(field_case("tiled.heic"))
    (row,) = emoaff.predict_video(
        field_case("rotated.heic"), preset, baseline=baseline
    )
    # The same photo, so nothing is left of its happiness.
    best = int(np.argmax(row.probabilities))
    assert preset.labels.classes[best] == "neutral"
