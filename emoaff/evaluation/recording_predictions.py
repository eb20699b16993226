"""Predictions of a preset for every frame of whole recordings."""

import dataclasses
import os
import tempfile

import numpy as np

from emoaff import presets
from emoaff.data.frame_rates import find_stored_rates
from emoaff.data.frame_rates import find_usual_jumps
from emoaff.data.record_index import naming_damage
from emoaff.data.side_inputs import SideFiles
from emoaff.data.side_inputs import parse_side_files
from emoaff.data.side_inputs import read_side_input
from emoaff.data.stored_pictures import stored_pictures
from emoaff.data.thinning import frame_step
from emoaff.data.windows import one_step_ahead
from emoaff.data.windows import sliding
from emoaff.evaluation.carried_memory import predict_carried
from emoaff.evaluation.frame_features import compute_frame_features
from emoaff.evaluation.sequence_prediction import Frames
from emoaff.evaluation.sequence_prediction import predict_windows
from emoaff.presets import Preset
from emoaff.presets import features_folder
from emoaff.presets import resolve_preset
from emoaff.progress import Progress

# Begun anew in each window, or carried through a recording.
MEMORIES = ("window", "carried")
_PICTURES = 64  # at once


@dataclasses.dataclass(frozen=True)
class RecordingPredictions:
    """A preset's answers for n frames, and how it came to them.

    Args:
        values: Output to values: `expression` and other classes `(n,
            classes)`, `valence`, `arousal` and other dimensions `(n,)`. NaN
            where the model gave no answer.
        facts: Name to text, what was done to the pictures and frames.
    """

    values: dict[str, np.ndarray]
    facts: dict[str, str]


def predict_recordings(
    preset: Preset,
    recordings,
    stride: int | None = None,
    memory: str = "window",
    side_files: str = "",
) -> RecordingPredictions:
    """Runs a preset over every recording, from its first frame to its last.

    A model of single pictures sees each stored crop by itself. A model of
    windows sees windows that begin at the recording's first frame and again
    after each gap; what is left at the end is filled up with copies of the
    last frame. Where windows overlap, their answers are averaged; a model with
    one answer a window gives it to all its frames. A model of fewer frames a
    second than are stored sees as many of them as it is used to, and the
    frames in between get the answer of the frame before.

    The state of a model's memory begins anew in each window, as in training
    and as `emoaff predict` runs it. With `memory="carried"` there are no
    windows, and the state is carried through a recording; see
    `emoaff.evaluation.carried_memory.predict_carried`.

    Args:
        preset: The preset.
        recordings: `Recordings`, or a `subset` of them.
        stride: Frames from one window to the next, of those the model sees.
            Defaults to half a window.
        memory: One of `MEMORIES`.
        side_files: For a preset that takes other modalities than faces, where
            they are, see `emoaff.data.side_inputs.parse_side_files`; of one
            that is not named, those that the corpus was built with.

    Returns:
        Answers in stored order.

    Raises:
        FileNotFoundError: If the features of a modality are not there.
        ValueError: If `stride` is given for a model of single pictures or
            with a memory that is carried, `memory` is unknown, the model has
            none that could be carried, or another preset that this one takes
            features from is gone or is not the one it was trained with; or if
            `side_files` are of modalities that the preset does not take.
    """
    if memory not in MEMORIES:
        raise ValueError(
            f"Expected memory to be one of {', '.join(MEMORIES)}. Received: "
            f"memory={memory!r}."
        )
    if side_files and not preset.sides:
        raise ValueError(
            f"Expected no features of other modalities for {preset.name}, "
            f"which takes faces alone. Received: side_files={side_files}."
        )
    if preset.window == 1 and memory == "carried":
        raise ValueError(
            f"Expected a preset with a memory to carry. {preset.name} takes "
            "pictures one by one. Leave out memory."
        )
    if preset.window == 1:
        preset.require_single_pictures()
        if stride is not None:
            raise ValueError(
                f"Expected no stride for {preset.name}, which takes pictures "
                f"one by one. Received: stride={stride}."
            )
        return _predict_pictures(preset, recordings)
    if memory == "carried":
        return _predict_carried(preset, recordings, stride)
    windows, usable, facts = _windows(preset, recordings, stride)
    with (
        tempfile.TemporaryDirectory() as folder,
        naming_damage(recordings),
    ):
        features = None
        facts["preprocessing"] = _resized(recordings, preset, "bilinear")
        if preset.takes_features:
            features = _features(preset, recordings, folder)
            facts["preprocessing"] = "features of each frame from " + str(
                preset.config["input"]["features_from"]
            )
        sides = {}
        for side in _read_sides(preset, recordings, side_files):
            sides[side.modality] = side.values
            facts[side.modality] = side.describe()
        if not preset.sees_faces:
            facts["preprocessing"] = "no faces are seen"
        answers = predict_windows(
            preset.model,
            _Watched(
                recordings, preset.size, features, sides, preset.sees_faces
            ),
            windows,
            max(1, _PICTURES // preset.window),
        )
    return RecordingPredictions(
        preset.named(_held(answers, recordings, usable)), facts
    )


@dataclasses.dataclass(frozen=True)
class _Watched(Frames):
    """Frames that tell how many of their windows are done."""

    def batches(self, windows, order, batch_size, **arguments):
        progress = Progress("evaluate", "windows")
        done = 0
        try:
            for batch in super().batches(
                windows, order, batch_size, **arguments
            ):
                yield batch
                done = min(done + batch_size, len(order))
                progress.update(done, done / len(order))
        finally:
            progress.close()


def _predict_pictures(preset, recordings):
    progress, count = Progress("evaluate"), len(recordings)
    parts, done = [], 0
    for pictures in stored_pictures(recordings, preset.size, _PICTURES):
        parts.append(preset.predict(pictures, _PICTURES))
        done += len(pictures)
        progress.update(done, done / count)
    progress.close()
    values = {
        name: np.concatenate([part[name] for part in parts])
        for name in parts[0]
    }
    facts = {
        "preprocessing": _resized(recordings, preset, preset.interpolation)
    }
    return RecordingPredictions(values, facts)


def _resized(recordings, preset, how):
    height, width, _ = recordings.picture_shape
    side = "varying sizes" if height is None else f"{height}x{width}"
    still = len(recordings.names) == len(recordings)
    return (
        f"one crop a {'picture' if still else 'frame'} as stored ({side}), "
        f"resized to {preset.size}x{preset.size} ({how}), no test-time "
        "augmentation; the rest is inside the model"
    )


def _predict_carried(preset, recordings, stride):
    if preset.sides:
        raise ValueError(
            f"Expected memory=window for {preset.name}, which takes "
            f"{', '.join(preset.sides)} too. Received: memory=carried."
        )
    if stride is not None:
        raise ValueError(
            "Expected no stride where the memory is carried, since there are "
            f"no windows. Received: stride={stride}."
        )
    usable, note = _find_usable(preset, recordings)
    facts = {"preprocessing": _resized(recordings, preset, "bilinear")}
    with tempfile.TemporaryDirectory() as folder, naming_damage(recordings):
        features = None
        if preset.takes_features:
            features = _features(preset, recordings, folder)
        answers = predict_carried(preset, recordings, usable, features)
    facts["windows"] = (
        "none: the memory is carried through each recording, from its first "
        f"frame or a gap of over 1 s{note}"
    )
    return RecordingPredictions(
        preset.named(_held(answers, recordings, usable)), facts
    )


def _read_sides(preset, recordings, side_files):
    """Yields the other modalities that a preset takes, as it takes them."""
    files = parse_side_files(side_files)
    unknown = sorted(set(files) - set(preset.sides))
    if unknown:
        raise ValueError(
            f"Expected features of {', '.join(preset.sides)} for "
            f"{preset.name}. Received: side_files={side_files}."
        )
    for modality, wanted in preset.sides.items():
        yield read_side_input(
            modality,
            recordings,
            files.get(modality, SideFiles()),
            wanted["rule"],
            tuple(wanted["names"]),
        )


def _features(preset, recordings, folder):
    """Computes the other preset's features of each frame, as in training."""
    source = preset.config["input"]
    path = features_folder(preset)
    found = presets.read_config(path)
    if found["weights"]["sha256"] != source["features_sha256"]:
        raise ValueError(
            f"{preset.name} was trained with features of the preset that lay "
            f"in {path}. The one there now has other weights. Name the right "
            f"one in `input.features_from` of {preset.path / presets.CONFIG}."
        )
    return compute_frame_features(
        os.fspath(path), recordings, folder, lambda line: None
    )


def _windows(preset, recordings, stride):
    """The windows, the frames they see, and what to say of both."""
    sampling, frames = preset.config["sampling"], preset.window
    usable, note = _find_usable(preset, recordings)
    if sampling.get("rule") == "one_step_ahead":
        mask = np.ones(len(recordings), bool) if usable is None else usable
        windows = one_step_ahead(recordings, mask, frames)
        text = f"{frames} frames, for the frame after{note}"
        return windows, usable, {"windows": text}
    stride = max(1, frames // 2) if stride is None else stride
    windows = sliding(recordings, frames, stride, tail="repeat", usable=usable)
    short = (windows.rows[:, -1] == windows.rows[:, -2]).sum()
    text = (
        f"{frames} frames, stride {stride}, overlaps averaged, {short} of "
        f"{len(windows)} filled up with copies of their last frame{note}"
    )
    return windows, usable, {"windows": text}


def _find_usable(preset, recordings):
    """Which frames the model sees, `None` for all, and what to say of it."""
    rate_hz = preset.config["sampling"].get("rate_hz")
    steps = _compute_frame_steps(recordings, rate_hz)
    if not (steps > 1).any():
        return None, ""
    jumps = find_usual_jumps(recordings)[recordings.recording]
    place = recordings.index // jumps
    return place % steps[recordings.recording] == 0, (
        f"; about {rate_hz:g} frames a second are seen, those in between get "
        "the answer of the frame before"
    )


def _compute_frame_steps(recordings, rate_hz):
    """Every how many-th frame of each recording the model sees."""
    steps = np.ones(len(recordings.names), np.int64)
    if rate_hz:
        for number, rate in enumerate(find_stored_rates(recordings)):
            steps[number] = frame_step(rate, rate_hz, slow="keep")
    return steps


def _held(answers, recordings, usable):
    """Repeats the previous answer for frames that the model did not see."""
    if usable is None:
        return answers
    rows = np.arange(len(recordings))
    seen = np.maximum.accumulate(np.where(usable, rows, 0))
    same = recordings.recording[seen] == recordings.recording
    same &= usable[seen]
    return {
        name: np.where(same[:, np.newaxis], values[seen], np.nan)
        for name, values in answers.items()
    }


def describe_features_source(folder: str | os.PathLike) -> dict:
    """Describes the preset that another takes its features from.

    Args:
        folder: That preset's folder, or its run; kept as given.

    Returns:
        The entries of `config.json`'s `input`.
    """
    config = presets.read_config(resolve_preset(folder))
    return {
        "kind": "features",
        "features_from": os.fspath(folder),
        "features_sha256": config["weights"]["sha256"],
        "size": config["input"]["size"],
    }
