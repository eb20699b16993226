import itertools
import os
import pathlib
from collections.abc import Iterator

import av
import numpy as np
from av.video.reformatter import Colorspace
from av.video.reformatter import VideoReformatter

from emoaff.faces import container as files
from emoaff.faces import streams
from emoaff.faces import tone
from emoaff.faces.frame import Frame
from emoaff.faces.joined import describe_joined
from emoaff.faces.reading_notes import ReadingNotes
from emoaff.faces.reading_notes import show_pieces
from emoaff.faces.timeline import Timeline

_UNSPECIFIED = 2  # AVCOL_SPC_UNSPECIFIED
_PROBED = 24  # packets, whose timestamps tell the real rate
_USUAL_FPS = 25.0  # where nothing says how many

# (transpose, flip left to right, flip upside down) -> clockwise turn that
# follows a mirroring, if there is one.
_TURNS = {
    (False, False, False): (0, False),
    (True, True, False): (90, False),
    (False, True, True): (180, False),
    (True, False, True): (270, False),
    (False, True, False): (0, True),
    (True, True, True): (90, True),
    (False, False, True): (180, True),
    (True, False, False): (270, True),
}


class Video:
    """A video file whose frames can be read in order, once or several times.

    Frames come one by one, so memory stays constant; a new reading ends the
    one under way. They are upright: the
    file's rotation and mirroring flags are applied. Pixels are made square:
    a file with another sample aspect ratio than 1 is stretched in width.
    Where size or aspect change in mid-stream, each frame has its own size,
    never that of another. Interlaced pictures stay woven. HDR (PQ, HLG) is
    tone-mapped.

    Times come from the file's own timestamps (`Timeline` says what happens
    where they are missing, doubled, run backwards or begin anew), so a
    variable frame rate is kept. Timestamps less than a millisecond apart are
    ignored. Counts and durations that the file declares are never relied on.

    Damage after the first frame does not raise: what can be decoded is
    given, and `warnings` says what could not.

    Args:
        path: The file.

    Attributes:
        path: The file, `pathlib.Path`.
        codec: Name of the decoder, such as `"h264"`.
        width: Pixels of the first frame, upright and square.
        height: Pixels of the first frame, upright and square.
        rotation: Degrees clockwise, 0, 90, 180 or 270, by which the stored
            picture is turned to stand upright.
        mirrored: Whether it is flipped left to right before that turn.
        average_fps: Frames a second, declared, or measured on the first ones
            where the file declares none or one that cannot be; NaN where
            unknown.
        duration_s: Seconds, declared; NaN where unknown.
        declared_frames: Number of frames the file claims, often wrong; None
            where it claims none.
        start_s: The first frame's own timestamp in seconds. `start_s +
            time_s` is the file's clock, which its sound follows too.
        decoded_frames: Frames that the latest reading has given so far.
        warnings: What went wrong in the latest reading so far, as clauses.
        damaged: Whether pictures are missing or patched up in it: the file is
            cut short or broken. Odd timestamps alone are no damage.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It is not a video, or not one frame can be decoded.

    Example:
    >>> with Video("astronaut.mp4") as video:
    ...     times = [frame.time_s for frame in video]
    >>> video.width, video.height, len(times), round(times[-1], 2)
    (480, 360, 150, 5.96)
    """

    def __init__(self, path: str | os.PathLike):
        self.path = pathlib.Path(path)
        self._reading = None
        self._options: dict[str, str] = {}
        self._restart()
        has_pictures = self._open()
        if not has_pictures or not self._has_clock:
            # An edit list may leave nothing, or go by a clock that is wrong.
            self._options = {"ignore_editlist": "1"}
            if not self._open():
                raise ValueError(
                    f"{self.path}: expected a video, but not one frame of its "
                    f"{self.codec} stream can be decoded. The file is damaged "
                    "or cut short; get a whole copy."
                )
        if not has_pictures:
            self._opening_warnings.append(
                "its edit list leaves no picture; it was ignored"
            )
        joined = describe_joined(self.path)
        self._opening_warnings += [joined] * bool(joined)
        self.rotation, self.mirrored = _TURNS[self._turn]
        self._restart()

    def _open(self):
        """Reads what the file is; says if a frame can be decoded."""
        with files.open_container(self.path, self._options) as container:
            stream = streams.choose_video_stream(container, self.path)
            self.codec = stream.codec_context.name
            self.declared_frames = stream.frames or None
            packets = self._read_packets(container, stream)
            probed = list(itertools.islice(packets, _PROBED))
            self._set_rate(
                files.read_declared_fps(stream), files.measure_fps(probed)
            )
            self.duration_s = files.read_declared_duration(container, stream)
            packets = itertools.chain(probed, packets)
            first = next(self._decode(stream, packets), None)
            if first is None:
                return False
            others = streams.describe_other_streams(container, stream)
            self._opening_warnings += [others] * bool(others)
            self.start_s = _read_stamp_s(first, stream) or 0.0
            coded = stream.codec_context.sample_aspect_ratio or 1
            self._first_coded = coded
            self._turn = files.orientation(first)
            ratio = files.pixel_ratio(stream, coded)
            order = -1 if self._turn[0] else 1
            size = files.compute_square_size(first, ratio)
            self.width, self.height = size[::order]
        return True

    def _set_rate(self, declared, measured):
        """Decides on the frame rate, and whether to believe the clock."""
        self._opening_warnings = []
        self._has_clock = not measured > files.MOST_FPS
        self.average_fps = declared
        if not self._has_clock:
            self.average_fps = declared if declared == declared else _USUAL_FPS
            self._opening_warnings.append(
                f"its timestamps are {1 / measured:.1g} s apart, which cannot "
                f"be; frames were placed {1 / self.average_fps:.4g} s apart"
            )
        elif declared != declared or declared > max(120, 2 * measured):
            self.average_fps = measured
            if measured == measured:
                said = f"{declared:.0f} frames a second"
                said = "no usable frame rate" if declared != declared else said
                self._opening_warnings.append(
                    f"the file declares {said}; {measured:.4g} a second, as "
                    "its timestamps say, was used"
                )

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def __iter__(self) -> Iterator[Frame]:
        self.close()
        self._reading = self._read()
        return self._reading

    @property
    def warnings(self) -> list[str]:
        """What went wrong in the latest reading so far, as clauses."""
        return self._notes.warnings

    @property
    def damaged(self) -> bool:
        """Whether pictures are missing or patched up in it."""
        return self._notes.damaged

    def close(self) -> None:
        """Ends the reading that is under way, if any, and frees the file."""
        if self._reading is not None:
            self._reading.close()
            self._reading = None

    def _restart(self):
        self.decoded_frames = 0
        self._notes = ReadingNotes()

    def _read(self):
        self._restart()
        notes = self._notes
        convert = VideoReformatter()
        sizes: list[tuple[int, int, float]] = []
        transfer = 0
        with files.open_container(self.path, self._options) as container:
            stream = streams.choose_video_stream(container, self.path)
            timeline = Timeline(
                1 / self.average_fps, files.longest_gap(container)
            )
            # What only the whole file declares may be that of its sound.
            is_own = files.has_own_duration(stream)
            others = streams.list_other_streams(container, stream)
            packets = self._read_packets(
                container, stream, [] if is_own else others
            )
            for (picture, size), time_s in self._place(
                self._decode(stream, packets), stream, timeline
            ):
                image = self._turn_upright(convert, picture, size)
                if not sizes or image.shape[1::-1] != sizes[-1][:2]:
                    sizes.append((*image.shape[1::-1], time_s))
                if picture.color_trc in tone.HDR:
                    transfer = picture.color_trc
                frame = Frame(self.decoded_frames, time_s, image)
                self.decoded_frames += 1
                yield frame
        notes.warnings += self._opening_warnings + timeline.warnings()
        notes.note_sizes(sizes)
        if transfer:
            notes.warnings.append(tone.describe_hdr(transfer))
        notes.note_interlacing(self.decoded_frames)
        # Where clocks are set anew, FFmpeg's idea of the duration is wrong.
        if self._has_clock and not timeline.restarts:
            notes.note_end(
                self.duration_s,
                timeline.end_s,
                self.decoded_frames,
                start_s=0.0 if is_own else self.start_s,
            )

    def _place(self, pictures, stream, timeline):
        """Yields decoded pictures with their size as shown, and their times."""
        coded, shown = None, None
        for number, picture in enumerate(pictures):
            before, coded = coded, (picture.width, picture.height)
            # The decoder knows a new aspect some frames before it gives the
            # first one that has it, which is a key frame.
            if picture.key_frame or coded != before:
                ratio = files.pixel_ratio(stream, self._first_coded)
                shown = files.compute_square_size(picture, ratio)
            stamp_s = number / self.average_fps
            if self._has_clock:
                stamp_s = _read_stamp_s(picture, stream)
            yield from timeline.push((picture, shown), stamp_s)
        yield from timeline.finish()

    def _decode(self, stream, packets):
        """Yields decoded pictures, and notes what cannot be decoded."""
        damaged = before_key = 0
        given = has_key = False
        for packet in packets:
            has_key = has_key or getattr(packet, "is_keyframe", True)
            before_key += not has_key
            if getattr(packet, "is_discard", False) and packet.duration:
                # An edit list leaves it out.
                self._notes.unshown_s += float(
                    packet.duration * stream.time_base
                )
            try:
                pictures = stream.decode(packet)
            except av.FFmpegError:
                damaged += 1
                continue
            for picture in pictures:
                if not given and picture.key_frame and before_key:
                    self._notes.note_late_start(before_key, self.average_fps)
                given = True
                damaged += picture.is_corrupt
                self._notes.interlaced += picture.interlaced_frame
                yield picture
        if damaged:
            self._notes.note_damage(
                f"the decoder left out or patched up {damaged} damaged "
                f"{show_pieces(damaged)} of the stream"
            )

    def _read_packets(self, container, stream, others=()):
        """Yields packets to decode, and last one that empties the decoder."""
        try:
            for packet in container.demux(stream, *others):
                if others and packet.stream.index != stream.index:
                    self._notes.note_other_packet(packet)
                else:
                    yield packet
        except av.FFmpegError as error:
            yield None
            self._notes.note_damage(
                f"reading stopped after {self.decoded_frames} frames "
                f"({error.strerror}); the rest of the file is not used"
            )

    def _turn_upright(self, convert, picture, size):
        # Players take untagged high definition for BT.709; FFmpeg does not.
        untagged = picture.colorspace == _UNSPECIFIED
        is_hd = min(picture.width, picture.height) >= 720
        image = convert.reformat(
            picture,
            *size,
            format="rgb24",
            src_colorspace=Colorspace.ITU709 if untagged and is_hd else None,
            threads=1,
        ).to_ndarray()
        if picture.color_trc in tone.HDR:
            image = tone.tone_map(
                image, picture.color_trc, picture.color_primaries
            )
        transpose, flip_x, flip_y = self._turn
        if transpose:
            image = image.transpose(1, 0, 2)
        image = image[:: -1 if flip_y else 1, :: -1 if flip_x else 1]
        return np.ascontiguousarray(image)


def _read_stamp_s(picture, stream):
    """Reads a frame's own timestamp in seconds; None if it has none.

    AVI stores no times of showing, and those that FFmpeg makes up are wrong
    where frames are stored out of order; the decoder's order is right.
    """
    is_avi = stream.container.format.name == "avi"
    ticks = picture.dts if is_avi else picture.pts
    return None if ticks is None else float(ticks * stream.time_base)
