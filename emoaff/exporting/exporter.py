"""Exports models and proves that the file is the same model."""

import functools
import os
import pathlib
import time

from emoaff.exporting.destination import find_target
from emoaff.exporting.destination import measure_size
from emoaff.exporting.destination import open_destination
from emoaff.exporting.export_report import ExportReport
from emoaff.exporting.faces import draw_faces
from emoaff.exporting.faces import read_faces
from emoaff.exporting.graph import build_graph
from emoaff.exporting.litert_file import write_litert
from emoaff.exporting.metadata import describe_file
from emoaff.exporting.onnx_file import write_onnx
from emoaff.exporting.reference import run_keras_model
from emoaff.exporting.samples import make_samples
from emoaff.exporting.saved_model_file import write_saved_model
from emoaff.exporting.sources import read_source
from emoaff.exporting.verification import compare
from emoaff.layers.backend import require_tensorflow
from emoaff.layers.keras_settings import use_own_settings
from emoaff.presets.whole_folder import put_in_place

PRECISIONS = ("float16", "dynamic", "int8")
_PEOPLE, _FRAMES = 4, 24  # to check a file with, where no faces are given


@use_own_settings("float32")
def export(
    model,
    out: str | os.PathLike,
    to: str | None = None,
    *,
    form: str = "auto",
    frames: int | None = None,
    batch: int | str | None = None,
    quantize: str | None = None,
    calibration=None,
    tolerance: float | None = None,
    prior=None,
) -> ExportReport:
    """Writes a model for another runtime, and checks that it is the same.

    The file takes face crops as uint8 RGB 0-255 and has everything else
    inside: normalisation, the names of its outputs, classes, ranges, crop,
    sampling rate and licence (`emoaff.exporting.read_metadata`). Before it
    gets its name it is run by its own runtime and compared with Keras over
    real or drawn faces; what differs too much is deleted.

    Args:
        model: A preset, its name or folder, or a functional `keras.Model` of
            pictures or clips.
        out: The file, or the folder of a SavedModel; replaced if it is an
            exported one.
        to: `"savedmodel"`, `"onnx"` or `"litert"`; `None` for what the suffix
            of `out` says (`.onnx`, `.tflite`, or none).
        form: See `emoaff.exporting.graph.build_graph`.
        frames: Frames of a clip in the form `"sequence"`; `None` for any,
            which LiteRT cannot.
        batch: Pictures, clips or people at once: a number, or `"dynamic"` for
            any. `None` is `"dynamic"`, and 1 for LiteRT, which cannot.
        quantize: `None` for float32, `"float16"`, `"dynamic"` (weights in 8
            bits) or `"int8"` (computed with as well; needs `calibration`).
        calibration: Face crops to calibrate int8 with and to check the file
            on; see `emoaff.exporting.faces.read_faces`.
        tolerance: Largest difference to allow; `None` for that of the
            precision: 1e-5 for float32 in the static form, 1e-4 in others,
            1e-2 for float16; 97 % top-1 agreement for 8 bits.
        prior: The class shares that the file gives expressions for, see
            `emoaff.presets.Preset.with_prior`; `None` for the preset's.

    Returns:
        The report.

    Raises:
        ValueError: If an argument is not one of the above or does not fit the
            model, `out` cannot be written, or the file differs too much.
        FileNotFoundError: If there is no such preset or calibration folder.
        ImportError: If a package of the extra `export` is missing.

    Example:
    >>> report = export("my_preset", "faces.tflite")
    >>> report.target, report.comparison.largest < 1e-5
    ('litert', True)
    """
    require_tensorflow("exports")
    out = pathlib.Path(out)
    to = find_target(out, to)
    batch = _checked(to, batch, quantize, calibration)
    source = read_source(model, prior)
    graph = build_graph(source, form, frames, batch)
    if to == "litert" and graph.form == "sequence" and graph.frames is None:
        raise ValueError(
            "Expected a number of frames, which LiteRT's sequence form is "
            "built for. Received: frames=None. Give --frames, or take the form "
            "'streaming', which goes on for as long as you like."
        )
    faces = _faces(source, graph, calibration)
    precision = quantize or "float32"
    about = describe_file(source, graph, precision)
    with open_destination(out, to) as half:
        began = time.monotonic()
        _write(to, graph, half, about, precision, faces)
        seconds = time.monotonic() - began
        expected = run_keras_model(source, graph.form, faces)
        found = compare(half, about, faces, expected)
        found.require(graph.form, precision, tolerance)
        size = measure_size(half) / 1e6
        put_in_place(half, out)
    return ExportReport(out, to, graph.form, precision, size, seconds, found)


def _checked(to, batch, quantize, calibration):
    """Checks what does not depend on the model; returns the batch."""
    if quantize not in (None, *PRECISIONS):
        raise ValueError(
            f"Expected quantize to be one of {', '.join(PRECISIONS)}, or none. "
            f"Received: quantize={quantize!r}."
        )
    if quantize and to == "savedmodel":
        raise ValueError(
            "Expected no quantize for a SavedModel, which keeps float32. "
            f"Received: quantize={quantize!r}. Export to onnx or litert."
        )
    if quantize == "int8" and calibration is None:
        raise ValueError(
            "Expected face crops to calibrate int8 with. Received none. Name a "
            "folder of them with --calibration."
        )
    if batch is None:
        batch = 1 if to == "litert" else "dynamic"
    if batch == "dynamic":
        if to == "litert":
            raise ValueError(
                "Expected a fixed batch for LiteRT. Received: "
                "batch='dynamic'. Give a number; 1 is usual."
            )
        return None
    if not isinstance(batch, int) or batch < 1:
        raise ValueError(
            "Expected batch to be 1 or more, or 'dynamic'. Received: "
            f"batch={batch!r}."
        )
    return batch


def _write(to, graph, path, about, precision, faces):
    samples = functools.partial(make_samples, graph, about, faces)
    try:
        if to == "savedmodel":
            write_saved_model(graph, path, about)
        elif to == "onnx":
            write_onnx(graph, path, about, precision, samples)
        else:
            write_litert(graph, path, about, precision, samples)
    except (ImportError, OSError):
        raise
    except Exception as error:  # the converters have many
        reason = " ".join(str(error).split())[:200]
        raise ValueError(
            f"Expected a model that can be written as {to}, {graph.form}, "
            f"{precision}. The converter gave up: {reason}. Choose another "
            "form, precision or target."
        ) from error


def _faces(source, graph, given):
    """The faces that the file is checked with, and int8 calibrated."""
    fixed = graph.frames
    if graph.form == "streaming" and source.answers_each_frame:
        fixed = source.head.input_shape[1]
    frames = fixed or max(_FRAMES, (source.window or 0) + 4)
    if given is None:
        faces = draw_faces(source.picture[:2], _PEOPLE, frames)
        if not source.takes_clips:
            faces = faces.reshape(-1, *source.picture)
        return faces
    faces = read_faces(source, given, frames)
    if fixed is None or faces.shape[1] == fixed:
        return faces
    if faces.shape[1] < fixed:
        raise ValueError(
            f"Expected clips of at least {fixed} faces to calibrate with. "
            f"Received: clips of {faces.shape[1]}."
        )
    return faces[:, :fixed]
