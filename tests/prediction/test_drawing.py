import dataclasses
from fractions import Fraction

import av
import cv2
import numpy as np
import pytest

from emoaff.faces import Video
from emoaff.faces import VideoWriter
from emoaff.faces import read_picture
from emoaff.prediction import face_panels
from emoaff.prediction import tables
from emoaff.prediction.drawing import annotate
from emoaff.prediction.drawing import is_drawn
from emoaff.prediction.emo_affectnet_drawing import draw
from emoaff.prediction.row import Row
from tests.sample import PORTRAIT

CLASSES = ("calm", "joy")
JOY = np.float32([0.1, 0.9])
BOX = (60.0, 40.0, 40.0, 50.0)


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "grey.mp4"
    with VideoWriter(path, 200, 160, 10) as writer:
        for i in range(6):
            writer.write(np.full((160, 200, 3), 128, np.uint8), 0.1 * i + i**2)
    return path


def table(path, rows):
    with tables.table(path, CLASSES) as write:
        for row in rows:
            write(row)
    return path


def test_frames_with_a_person_are_drawn_on_and_others_are_not(source, tmp_path):
    rows = [
        Row(i, float(i), 1, BOX, 0.9, JOY, JOY) if i in (1, 2) else Row(i, i)
        for i in range(6)
    ]
    out = annotate(source, table(tmp_path / "t.csv", rows), tmp_path / "a.mp4")
    with Video(out) as video:
        changed = [
            np.abs(np.int16(frame.image) - 128).max() > 60 for frame in video
        ]
    assert changed == [False, True, True, False, False, False]


def test_times_are_those_of_the_source(source, tmp_path):
    rows = [Row(i, float(i)) for i in range(6)]
    out = annotate(source, table(tmp_path / "t.csv", rows), tmp_path / "a.mp4")
    with Video(source) as before, Video(out) as after:
        expected = [frame.time_s for frame in before]
        got = [frame.time_s for frame in after]
    np.testing.assert_allclose(got, expected, atol=1e-3)


def test_the_box_is_drawn_where_it_is(source, tmp_path):
    rows = [Row(0, 0.0, 1, BOX, 0.9, JOY, JOY)]
    out = annotate(source, table(tmp_path / "t.csv", rows), tmp_path / "a.mp4")
    with Video(out) as video:
        image = next(iter(video)).image.astype(int)
    on_edge = np.abs(image[60:85, 59:62] - 128).max(axis=(1, 2))
    assert (on_edge > 40).all()
    inside = np.abs(image[50:80, 66:94] - 128).max()
    assert inside < 30


def test_rows_of_every_so_many_frames_are_drawn_on_their_own(source, tmp_path):
    rows = [Row(i, float(i), 1, BOX, 0.9, JOY, JOY) for i in (0, 3)]
    out = annotate(source, table(tmp_path / "t.csv", rows), tmp_path / "a.mp4")
    with Video(out) as video:
        changed = [
            np.abs(np.int16(frame.image) - 128).max() > 60 for frame in video
        ]
    assert changed == [True, False, False, True, False, False]


@pytest.mark.parametrize(
    "box", [(-30.0, -30.0, 60.0, 60.0), (490.0, 480.0, 60.0, 80.0)]
)
def test_a_face_at_the_border_of_a_picture_is_drawn(box, tmp_path):
    rows = [Row(0, 0.0, 12, box, 0.9, JOY, None)]
    out = annotate(
        PORTRAIT, table(tmp_path / "t.csv", rows), tmp_path / "a.png"
    )
    before, after = read_picture(PORTRAIT).image, read_picture(out).image
    assert after.shape == before.shape
    assert 0 < (after != before).any(axis=2).mean() < 0.2


def test_a_foreign_table_is_refused_before_anything_is_written(
    source, tmp_path
):
    (tmp_path / "t.csv").write_text("a,b\n")
    with pytest.raises(ValueError, match="emoaff predict"):
        annotate(source, tmp_path / "t.csv", tmp_path / "a.mp4")
    assert not (tmp_path / "a.mp4").exists()


def magenta(image):
    """Pixels of the pure colour of EMO-AffectNet's boxes."""
    return (image == (255, 0, 255)).all(axis=2)


def test_the_look_of_emo_affectnet():
    # 1280x720: lines 3 wide, letters of scale 1 and 2 wide.
    image = np.full((720, 1280, 3), 90, np.uint8)
    box = (400.7, 200.3, 360.2, 300.1)
    happy = np.float32([0.1401, 0.8599])
    drawn = draw(image, [Row(0, 0.0, 1, box, 0.9, happy)], CLASSES)
    marked = magenta(drawn)
    # Smooth edges add up to a pixel on each side.
    for across, place in (
        (marked[350, 380:420], 20),  # left, from 380 on
        (marked[350, 740:780], 20),
        (marked[180:220, 600], 20),
        (marked[480:520, 600], 20),
    ):
        hit = np.flatnonzero(across)
        assert hit.mean() == place and len(hit) in (3, 5)
    assert not marked[204:497, 404:757].any()
    # The text ends 360 * 20 / 360 above the box, centred over it.
    rows, columns = np.nonzero(marked[:198])
    assert 176 <= rows.max() <= 190
    assert abs((columns.min() + columns.max()) / 2 - 580) < 6
    # It is the text that it should be: the same drawn on an empty picture.
    (wide, _), _ = cv2.getTextSize("Joy: 85.99%", 0, 1.0, 2)
    text = np.full((720, 1280, 3), 90, np.uint8)
    for colour in ((0, 0, 0), (255, 0, 255)):
        place = ((400 + 760 - wide) // 2, 180)
        cv2.putText(text, "Joy: 85.99%", place, 0, 1.0, colour, 2, cv2.LINE_AA)
    np.testing.assert_array_equal(drawn[:195], text[:195])
    assert (image == 90).all()


def test_small_pictures_have_lines_two_wide_and_no_label_without_an_answer():
    image = np.full((160, 200, 3), 90, np.uint8)
    marked = magenta(draw(image, [Row(0, 0.0, 1, BOX, 0.9)], CLASSES))
    assert marked[60, 58:64].sum() in (2, 3)
    assert not marked[:38].any()
    assert not magenta(draw(image, [Row(0, 0.0)], CLASSES)).any()


def test_a_video_is_drawn_in_that_style(source, tmp_path):
    rows = [Row(i, float(i), 1, BOX, 0.9, JOY, JOY) for i in range(3)]
    out = tmp_path / "a.mp4"
    annotate(
        source, table(tmp_path / "t.csv", rows), out, style="emo-affectnet"
    )
    with Video(out) as video:
        images = [frame.image.astype(int) for frame in video]
    edge = images[0][60:85, 59:62].mean(axis=(0, 1))
    assert edge[0] > 200 and edge[1] < 90 and edge[2] > 200
    assert np.abs(images[4] - 128).max() < 10


def test_an_unknown_style_is_refused(source, tmp_path):
    with pytest.raises(ValueError, match="style='neon'"):
        annotate(source, tmp_path / "t.csv", tmp_path / "a.mp4", style="neon")


def test_without_expressions_valence_and_arousal_are_written(tmp_path):
    def drawn(valence, arousal, name):
        row = Row(0, 0.0, 1, (200.0, 200.0, 90.0, 90.0), 0.9, None, None)
        row = dataclasses.replace(row, valence=valence, arousal=arousal)
        with tables.table(tmp_path / "t.csv", ()) as write:
            write(row)
        out = annotate(PORTRAIT, tmp_path / "t.csv", tmp_path / name)
        return read_picture(out).image

    plain = drawn(float("nan"), float("nan"), "a.png")
    some, other = drawn(0.5, -0.25, "b.png"), drawn(0.5, 0.25, "c.png")
    # A longer label than the number alone, and another for other values.
    assert (some != plain).any(axis=2).sum() > 500
    assert (some != other).any()


def test_what_was_drawn_is_known_under_any_name(source, tmp_path):
    rows = table(tmp_path / "t.csv", [Row(0, 0.0, 1, BOX, 0.9, JOY, JOY)])
    video = annotate(source, rows, tmp_path / "a.mp4")
    picture = annotate(PORTRAIT, rows, tmp_path / "a.jpg")
    for path in (video, picture):
        assert is_drawn(path)
        assert is_drawn(path.rename(tmp_path / f"holiday{path.suffix}"))
    assert read_picture(tmp_path / "holiday.jpg").image.shape[2] == 3
    assert not is_drawn(source) and not is_drawn(PORTRAIT)


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xd8", b"\0\0\0\x18ftypisom", b"drawn by emoaff predict"],
)
def test_damaged_and_foreign_files_were_not_drawn(data, tmp_path):
    (tmp_path / "clip_annotated.mp4").write_bytes(data)
    assert not is_drawn(tmp_path / "clip_annotated.mp4")
    assert not is_drawn(tmp_path)
    assert not is_drawn(tmp_path / "missing")


def test_a_nearly_certain_face_is_not_drawn_as_certain(
    source, tmp_path, monkeypatch
):
    texts = []
    monkeypatch.setattr(
        face_panels, "write_text", lambda image, text, *_: texts.append(text)
    )
    sure = np.float32([0.002, 0.998])
    rows = [Row(0, 0.0, 1, BOX, 0.9, sure, sure)]
    annotate(source, table(tmp_path / "t.csv", rows), tmp_path / "a.mp4")
    assert texts[0] == "1 joy >99 %"


@pytest.fixture
def with_sound(source, tmp_path):
    """Makes the grey clip with a tone; two seconds from its start on."""

    def make(codec, suffix, rate=16000):
        path = tmp_path / f"sound{suffix}"
        with av.open(source) as video, av.open(path, "w") as out:
            pictures = out.add_stream("mpeg4", rate=10)
            pictures.width, pictures.height = 200, 160
            pictures.pix_fmt = "yuv420p"
            sound = out.add_stream(codec, rate=rate)
            frame = next(video.decode(video=0))
            for n in range(20):
                frame.pts, frame.time_base = n, Fraction(1, 10)
                out.mux(pictures.encode(frame.reformat(format="yuv420p")))
            tone = 8000 * np.sin(np.arange(2 * rate) * 440 * 2 * np.pi / rate)
            wave = av.AudioFrame.from_ndarray(
                np.int16(tone)[None], "s16", "mono"
            )
            wave.sample_rate, wave.pts = rate, 0
            out.mux(sound.encode(wave))
            out.mux(sound.encode(None))
            out.mux(pictures.encode(None))
        return path

    return make


def read_sound(path):
    """Codec, and samples at their times."""
    with av.open(path) as file:
        if not file.streams.audio:
            return None, None, None
        frames = list(file.decode(audio=0))
        samples = np.concatenate([f.to_ndarray()[0] for f in frames])
        name = file.streams.audio[0].codec_context.name
        return name, frames[0].time, samples / np.abs(samples).max()


@pytest.mark.parametrize(
    ("codec", "suffix", "expected"),
    [("aac", ".mp4", "aac"), ("pcm_s16le", ".mov", "aac")],
)
def test_sound_is_kept(codec, suffix, expected, with_sound, tmp_path):
    source = with_sound(codec, suffix)
    rows = [Row(i, i / 10) for i in range(20)]
    out = annotate(source, table(tmp_path / "t.csv", rows), tmp_path / "a.mp4")
    name, start_s, samples = read_sound(out)
    assert name == expected and abs(start_s) < 0.07
    assert 1.9 * 16000 < len(samples) < 2.1 * 16000
    # The tone is still one of 440 Hz.
    middle = samples[8000:24000]
    peak = np.argmax(np.abs(np.fft.rfft(middle)))
    assert peak * 16000 / len(middle) == pytest.approx(440, abs=2)


def test_a_video_without_sound_stays_so(source, tmp_path):
    rows = [Row(i, float(i)) for i in range(6)]
    out = annotate(source, table(tmp_path / "t.csv", rows), tmp_path / "a.mp4")
    assert read_sound(out)[0] is None


def test_names_stand_in_place_of_numbers(source, tmp_path, monkeypatch):
    texts = []
    monkeypatch.setattr(
        face_panels, "write_text", lambda image, text, *_: texts.append(text)
    )
    rows = [Row(0, 0.0, n, BOX, 0.9, JOY, JOY) for n in (1, 2)]
    rows[1] = rows[1].changed(box=(150.0, 40.0, 40.0, 50.0))
    path = table(tmp_path / "t.csv", rows)
    annotate(source, path, tmp_path / "a.mp4", names={2: "Ada"})
    firsts = {text.split()[0] for text in texts} - {*CLASSES}
    assert firsts == {"1", "Ada"}
