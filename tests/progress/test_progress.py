import io

from emoaff.progress.progress import Progress


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_plain_line_every_few_seconds_with_rate_and_time_left():
    clock, stream = Clock(), io.StringIO()
    progress = Progress("clip.mp4", stream=stream, clock=clock)
    for second in range(1, 13):
        clock.now = second
        progress.update(30 * second, second / 100)
    progress.close()
    assert stream.getvalue() == (
        "clip.mp4: 150 frames, 30.0/s, 5%, 1:35 left\n"
        "clip.mp4: 300 frames, 30.0/s, 10%, 1:30 left\n"
    )


def test_the_first_steps_foretell_nothing():
    clock, stream = Clock(), io.StringIO()
    progress = Progress("clip.mp4", stream=stream, clock=clock)
    for second, count in ((5, 1), (10, 30), (40, 40)):
        clock.now = float(second)
        progress.update(count, count / 1000)
    assert stream.getvalue() == (
        "clip.mp4: 1 frames, 0.2/s\nclip.mp4: 30 frames, 3.0/s\n"
        "clip.mp4: 40 frames, 1.0/s, 4%, 16:00 left\n"
    )


def test_what_was_done_before_does_not_count_as_fast_work():
    clock, stream = Clock(), io.StringIO()
    progress = Progress("epoch 1", "steps", stream, clock=clock, first=300)
    clock.now = 10.0
    progress.update(320, 0.8)
    # 20 steps in 10 s; 80 of 400 are left.
    assert stream.getvalue() == "epoch 1: 320 steps, 2.0/s, 80%, 0:40 left\n"


def test_an_unknown_length_gives_no_time_left():
    clock, stream = Clock(), io.StringIO()
    progress = Progress("clip", stream=stream, clock=clock)
    clock.now = 5.0
    progress.update(10)
    assert stream.getvalue() == "clip: 10 frames, 2.0/s\n"


def test_a_terminal_shows_one_line_and_wipes_it():
    clock, stream = Clock(), Terminal()
    progress = Progress("clip", stream=stream, clock=clock)
    for moment in (1.0, 3700.0):
        clock.now = moment
        progress.update(10, 0.5)
    progress.close()
    text = stream.getvalue()
    assert "\n" not in text
    assert "1:01:40 left" in text
    assert text.endswith("\r") and text.rsplit("\r", 2)[1].isspace()
