import math
from collections.abc import Iterator

from emoaff.data.face_crops import FaceCropper
from emoaff.faces import media_kind
from emoaff.faces import read_picture
from emoaff.progress import Progress
from tfds_builders.video_folder.build_report import BuildReport
from tfds_builders.video_folder.clip_reader import ClipReader
from tfds_builders.video_folder.recording import Recording
from tfds_builders.video_folder.segments import Segments


class SplitExamples:
    """Turns the recordings of one split after the other into examples.

    Args:
        cropper: Cuts the faces.
        report: Counts what is stored, and is told what is not.
    """

    def __init__(self, cropper: FaceCropper, report: BuildReport):
        self._cropper, self._report = cropper, report
        self._reader = ClipReader()
        self._damaged: dict[str, str] = {}
        self._frames = 0

    def of(
        self, split: str, recordings: list[Recording]
    ) -> Iterator[tuple[int, dict]]:
        """Yields keys and examples, recording by recording.

        Raises:
            ValueError: At the end, if there was not one example: TFDS cannot
                store an empty split.
        """
        self._report.begin(split)
        self._frames = 0
        segments, subjects = Segments(), set()
        progress = Progress(split)
        try:
            for number, recording in enumerate(recordings):

                def watch(part, number=number):
                    share = (number + part) / len(recordings)
                    progress.update(self._frames, share)

                before = segments.count
                yield from segments.cut(
                    recording.name,
                    recording.subject,
                    self._labelled(split, recording, watch),
                )
                if segments.count > before:
                    subjects.add(recording.subject)
                    self._report.add(split, recordings=1)
        finally:
            progress.close()
            self._reader.close()
        self._report.add(split, subjects=len(subjects))
        if not segments.count:
            raise ValueError(
                f"Expected a face in at least one recording of {split}. "
                f"Left out: {self._report.left_out_text()}. Add recordings to "
                f"{split}, or take these out."
            )

    def finish(self) -> None:
        """Reports the files that were damaged."""
        if self._damaged:
            name, warning = min(self._damaged.items())
            self._report.note(
                "damaged files, used as far as they can be read: "
                f"{len(self._damaged)}, such as {name} ({warning})"
            )

    def _labelled(self, split, recording, watch):
        """Yields the frames of one recording that are to be stored."""
        cropper, stored = self._cropper, 0
        try:
            crops = self._crops(recording, watch)
        except (OSError, ValueError):
            self._report.leave_out("cannot be read", recording.name)
            return
        for crop in crops:
            labels = recording.labels.at(crop.time_s)
            self._report.add_labels(split, *labels)
            stored += 1
            yield {
                "image": crop.jpeg,
                "index": crop.index,
                "time": crop.time_s,
                "valence": labels[0],
                "arousal": labels[1],
                "expression": labels[2],
            }
        self._report.add(
            split,
            frames_read=cropper.frames,
            other_people=max(cropper.people - 1, 0),
        )
        if not cropper.frames:
            why = "no frame between start and end"
            self._report.leave_out(why, recording.name)
        elif not stored:
            why = "no face found"
            self._report.leave_out(why, recording.name)
        video = self._reader.video
        if video is not None and video.path == recording.path and video.damaged:
            self._damaged[recording.name] = "; ".join(video.warnings)

    def _crops(self, recording, watch):
        """Opens the file, so that one that cannot be read raises here."""
        start_s, end_s = recording.start_s, recording.end_s
        if media_kind(recording.path) == "picture":
            picture = read_picture(recording.path)
            if start_s > 0:
                return self._cropper.video(iter(()))
            crop = self._cropper.picture(picture)
            self._frames += 1
            watch(1.0)
            return [crop] if crop else []
        video = self._reader.open(recording.path, start_s)
        frames = self._reader.read(start_s, end_s)
        return self._cropper.video(self._watched(frames, video, watch))

    def _watched(self, frames, video, watch):
        length = video.duration_s
        for frame in frames:
            self._frames += 1
            part = frame.time_s / length if length > 0 else math.nan
            watch(min(part, 1.0) if part == part else 0.0)
            yield frame
