"""From frames to rows, for a preset of any kind."""

import collections
import contextlib
import dataclasses
import math
import threading
from collections.abc import Iterable
from collections.abc import Iterator

import cv2
import numpy as np

from emoaff.faces.crop import crop_face
from emoaff.faces.crop import crop_grey
from emoaff.faces.crop import find_grey
from emoaff.faces.detect import FaceDetector
from emoaff.faces.frame import Frame
from emoaff.faces.track import FaceTracker
from emoaff.prediction.average_memory import AverageMemory
from emoaff.prediction.doubt_rule import DoubtRule
from emoaff.prediction.face_rows import FRAMES
from emoaff.prediction.face_rows import cut_faces
from emoaff.prediction.face_rows import observe
from emoaff.prediction.face_rows import still_rows
from emoaff.prediction.options import Options
from emoaff.prediction.row import Row
from emoaff.prediction.run_mode import choose_run_mode
from emoaff.prediction.run_mode import is_ahead
from emoaff.prediction.samplers import PersonSampler
from emoaff.prediction.samplers import ScriptSampler
from emoaff.prediction.sequence_rows import Person
from emoaff.prediction.sequence_rows import SequenceRows
from emoaff.prediction.spare_cores import are_taken
from emoaff.prediction.stream_memory import StreamMemory
from emoaff.prediction.window_memory import WindowMemory
from emoaff.presets.preset import Preset

_READ_AHEAD, _SEEN_AHEAD, _CUT_AHEAD = 8, 64, 64  # frames
_BYTES_AHEAD = 24e6  # of the items that wait, as far as `measure` knows them


class Running:
    """Runs a preset over the frames of one video or one picture.

    Args:
        preset: Of any kind.
        options: See `Options`.
        average_fps: Frames a second that the video declares; NaN if unknown.

    Attributes:
        form: `"static"`, `"window"` or `"streaming"`.
        tally: What the answers add up to; see `Tally`.

    Raises:
        ValueError: If preset, options and video do not fit each other.
    """

    def __init__(
        self, preset: Preset, options: Options, average_fps: float = math.nan
    ):
        self.preset, self.options = preset, options
        self.form = choose_run_mode(preset, options)
        self.tally = Tally()
        self._fps = average_fps
        self._sees_grey = preset.sees_grey and preset.shape == "square"
        if self.form != "static":
            self._make_sampler()
            self._memory()

    @property
    def rate_hz(self) -> float | None:
        """Samples a second that the model sees; `None` for every frame."""
        if self.form == "static":
            return None
        rate = self.options.rate_hz
        if rate is None:
            rate = self.preset.config.get("sampling", {}).get("rate_hz")
        return None if rate is None or math.isinf(rate) else rate

    @property
    def stride(self) -> int:
        """Samples from one window's start to the next's."""
        window = self.preset.window
        sampling = self.preset.config.get("sampling", {})
        by_preset = None
        if not self.preset.take_apart().each_frame:
            by_preset = sampling.get("stride")
        return self.options.stride or by_preset or max(1, window // 2)

    def rows(
        self,
        frames: Iterable[Frame],
        detector: FaceDetector,
        tracker=FaceTracker,
    ) -> Iterator[Row]:
        """Yields the rows of a video's frames; see `observe`.

        Frames are read, faces found, doubted and cut out, and rows made in a
        thread each, in the order and with the results of one after the other.
        """
        # Grey is not made where frames are read: pictures of two sizes by turns
        # would leave 20 MB of gaps in that thread's memory.
        frames = _with_grey(run_ahead(frames, _READ_AHEAD, _count_bytes))
        seen = self._observe(frames, detector, tracker)
        seen = run_ahead(seen, _SEEN_AHEAD, lambda item: _count_bytes(item[0]))
        seen = self.doubted(seen)
        if self.form != "static":
            return self._make_sequence_rows()(seen)
        return self._make_still_rows(
            run_ahead(cut_faces(seen, self.crop), _CUT_AHEAD)
        )

    def frames(
        self,
        frames: Iterable[Frame],
        detector: FaceDetector,
        tracker=FaceTracker,
    ) -> Iterator[tuple[Frame, list[Row]]]:
        """Yields each frame with its rows, before it asks for the next.

        Only with `options.live`, which gives every row at once.
        """
        rows = None if self.form == "static" else self._make_sequence_rows()
        seen = self._find_faces(_with_grey(frames), detector, tracker)
        for frame, faces in seen:
            if rows is None:
                yield frame, list(self.make_rows_of_faces([(frame, faces)]))
            else:
                yield frame, list(rows.push(frame, faces))

    def doubted(self, seen) -> Iterator:
        """Yields frames with their faces, which say what is wrong with them."""
        rule = DoubtRule.of(self.preset) if self.options.doubt else None
        for frame, faces in seen:
            if rule:
                faces = [rule.face(frame, face) for face in faces]
            yield frame, faces

    def make_rows_of_faces(self, seen) -> Iterator[Row]:
        """Yields the rows of frames with their faces."""
        if self.form == "static":
            return self._make_still_rows(cut_faces(seen, self.crop))
        return self._make_sequence_rows()(seen)

    def crop(self, frame, box):
        """Cuts a face from a `Frame` as the preset or the options say."""
        preset, options = self.preset, self.options
        image = frame.image
        height, width = image.shape[:2]
        # The margin is in the picture already.
        whole = options.crops and tuple(box) == (0, 0, width, height)
        as_preset = options.crop_shape is None and options.interpolation is None
        if as_preset and not whole:
            if self._sees_grey:
                # Cheaper, and what its model makes of it but for rounding.
                grey = crop_grey(
                    find_grey(frame),
                    box,
                    preset.margin,
                    preset.size,
                    preset.interpolation,
                )
                return cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB)
            return preset.crop(image, box)
        shape = options.crop_shape or preset.shape
        return crop_face(
            image,
            box,
            0.0 if whole or shape == "stretch" else preset.margin,
            preset.size,
            options.interpolation or preset.interpolation,
            shape,
        )

    @property
    def _alone(self):
        """Whether faces are not tracked and there is at most one person."""
        return self.options.detection != "track"

    @property
    def _wait(self):
        return 1 if self.options.live else FRAMES

    def _find_faces(self, frames, detector, tracker):
        return self.doubted(self._observe(frames, detector, tracker))

    def _observe(self, frames, detector, tracker):
        samples = None
        if self.form != "static" and self._alone:
            sampler = self._make_sampler()

            def samples(frame):
                return sampler.takes(frame.index, frame.time_s)

        return observe(frames, self.options, detector, tracker, samples)

    def _make_still_rows(self, cut):
        return self._counted(still_rows(cut, self.preset, self._wait))

    def _make_sequence_rows(self):
        return SequenceRows(
            self.preset,
            self.crop,
            self.preset.take_apart().encode,
            lambda: Person(self._memory(), self._make_person_sampler()),
            0.0 if self._alone else self.options.gap_s,
            self._alone,
            self._wait,
        )

    def _make_sampler(self):
        kind = ScriptSampler
        if self.options.thinning == "person":
            kind = PersonSampler
        return kind(self.rate_hz, self._fps)

    def _make_person_sampler(self):
        # Without a tracker the frames were picked before faces were sought.
        if self._alone:
            return PersonSampler(None, self._fps)
        return self._make_sampler()

    def _memory(self):
        model, options = self.preset.take_apart(), self.options
        if self.form == "streaming":
            model.stepper()
            ahead = is_ahead(self.preset)
            return StreamMemory(model.step, ahead, self._heard)
        window = self.preset.window
        if model.each_frame:
            return AverageMemory(model.answer, window, self.stride, self._heard)
        return WindowMemory(
            model.answer, window, self.stride, options.windows, self._heard
        )

    def _heard(self, answer):
        if "expression" in answer:
            (shown,) = self.preset.named(
                {"expression": np.asarray(answer["expression"])[None]}
            )["expression"]
            self.tally.add(shown)

    def _counted(self, rows):
        for row in rows:
            if row.probabilities is not None:
                self.tally.add(row.probabilities)
            yield row


def run_ahead(
    items: Iterable, most: int = 16, measure=lambda item: 0
) -> Iterator:
    """Yields items in their order, while a thread works on those that follow.

    The thread stops at the end, at an error, which is raised here in its
    place, and when the iterator is closed. It does not start before there is
    a core for it: where several processes share them, handing items from
    thread to thread costs more than it brings.

    Args:
        items: Iterated over by the thread alone, once it has started.
        most: Items that may wait, at least 1.
        measure: Bytes of an item. Those that wait are few enough to have 24
            million at most, but one always may.
    """
    iterator = iter(items)
    if are_taken():
        yield from _run_while_cores_are_taken(iterator)
    waiting: collections.deque = collections.deque()
    changed = threading.Condition()
    state = {"bytes": 0, "stop": False, "done": False, "error": None}

    def is_full():
        over = len(waiting) >= most or state["bytes"] > _BYTES_AHEAD
        return waiting and over and not state["stop"]

    def work():
        try:
            for item in iterator:
                size = measure(item)
                with changed:
                    waiting.append((item, size))
                    state["bytes"] += size
                    changed.notify_all()
                    changed.wait_for(lambda: not is_full())
                    if state["stop"]:
                        return
                del item
        except BaseException as error:
            state["error"] = error
        finally:
            _close(iterator)
            with changed:
                state["done"] = True
                changed.notify_all()

    # A daemon, so that a program whose main thread ends does not wait for it.
    thread = threading.Thread(target=work, name="emoaff-ahead", daemon=True)
    thread.start()
    try:
        while True:
            with changed:
                changed.wait_for(lambda: waiting or state["done"])
                if not waiting:
                    break
                item, size = waiting.popleft()
                state["bytes"] -= size
                changed.notify_all()
            yield item
            del item
        if state["error"] is not None:
            raise state["error"]
    finally:
        with changed:
            state["stop"] = True
            changed.notify_all()
        thread.join()


def _run_while_cores_are_taken(iterator):
    try:
        for item in iterator:
            yield item
            if not are_taken():
                return
    except BaseException:
        _close(iterator)
        raise


def _close(iterator):
    with contextlib.suppress(Exception):
        getattr(iterator, "close", lambda: None)()


def _with_grey(frames):
    """Yields frames that know their grey, which several stages look at."""
    for frame in frames:
        yield dataclasses.replace(frame, grey=find_grey(frame))


def _count_bytes(frame):
    return frame.image.nbytes


class Tally:
    """Adds up a model's answers to name the class of a whole video.

    It gives what `emoaff.data.window_votes.vote_video_label` gives for all
    answers at once, without keeping them.
    """

    def __init__(self):
        self._wins = self._sums = None

    def add(self, probabilities: np.ndarray) -> None:
        """Adds one answer, `(classes,)`; one with a NaN is not counted."""
        probabilities = np.asarray(probabilities, np.float64)
        if np.isnan(probabilities).any():
            return
        if self._sums is None:
            self._sums = np.zeros(len(probabilities))
            self._wins = np.zeros(len(probabilities), np.int64)
        self._sums += probabilities
        self._wins[probabilities.argmax()] += 1

    def label(self, rule: str = "mode") -> int:
        """Returns the class index; -1 if there was no answer.

        Args:
            rule: `"mode"`, the class that most answers find most probable, of
                equals the smallest index; or `"sum"`, the class with the
                largest sum.
        """
        if self._sums is None:
            return -1
        return int((self._wins if rule == "mode" else self._sums).argmax())
