"""Measures every export and writes the table of export/README.md.

    python export/parity.py [--faces FOLDER] [--calibration FOLDER]

Exports `compact_ferplus`, and a CNN-LSTM of it (its MobileNetV1, then an LSTM
of 64 that is taught here to repeat it, since no such preset is shipped), to
every target, form and precision, and compares each file with Keras over the
faces named (crops; drawn ones and the sample clip's otherwise).
"""

import argparse
import os
import pathlib
import platform
import re
import tempfile

import keras
import numpy as np

import emoaff
from emoaff.exporting import read_metadata
from emoaff.exporting.destination import TARGETS
from emoaff.exporting.faces import draw_faces
from emoaff.exporting.faces import read_faces
from emoaff.exporting.reference import run_keras_model
from emoaff.exporting.sources import read_source
from emoaff.exporting.verification import compare
from emoaff.models.sequence_parts import split

_README = pathlib.Path(__file__).parent / "README.md"
_FRAMES = 16
_LITERT = (None, "float16", "dynamic", "int8")
_CASES = (
    ("static", "savedmodel", (None,)),
    ("static", "onnx", _LITERT),
    ("static", "litert", _LITERT),
    ("streaming", "savedmodel", (None,)),
    ("streaming", "onnx", _LITERT),
    ("streaming", "litert", _LITERT),
    ("sequence", "savedmodel", (None,)),
    ("sequence", "onnx", (None, "float16")),
    ("sequence", "litert", (None, "float16")),
)
_HEAD = (
    "| model | target | form | precision | MB | largest | mean | top-1 | ms, 1 "
    "thread | ms, 2 threads | export s |\n"
    "|---|---|---|---|---|---|---|---|---|---|---|"
)


def cnn_lstm(faces: np.ndarray) -> keras.Model:
    """The preset's image model and an LSTM of 64, taught to repeat the preset.

    Its classes learn to be the preset's own for each frame, and its valence
    the probability of happiness less that of the negative ones: enough for
    answers as sure as a trained model's, and of no use otherwise.

    Args:
        faces: uint8 `(n, frames, side, side, 3)` to teach it with, of the
            preset's side.
    """
    preset = emoaff.load_preset("compact_ferplus")
    still = preset.model
    encoder = keras.Model(still.inputs, still.get_layer("expression").input)
    keras.utils.set_random_seed(0)
    model = emoaff.models.build_cnn_lstm(
        image_size=preset.size,
        backbone=encoder,
        temporal_units=(64,),
        heads={"expression": "ferplus", "valence_arousal": "valence_arousal"},
        name="mobilenet_v1_lstm",
    )
    flat = faces.reshape(-1, *faces.shape[2:])
    clips = faces.shape[:2]
    told = preset.predict(flat)["expression"].reshape(*clips, -1)
    valence = told[..., 1] - told[..., 3:7].sum(-1)
    affect = np.stack([valence, told[..., 2]], axis=-1)
    _, head = split(model)
    head.compile(
        keras.optimizers.Adam(3e-3),
        {"expression": "kl_divergence", "valence_arousal": "mse"},
    )
    features = np.concatenate(
        [encoder.predict_on_batch(np.float32(x)) for x in faces]
    ).reshape(*clips, -1)
    targets = {"expression": told, "valence_arousal": affect}
    head.fit(features, targets, batch_size=8, epochs=60, verbose=0)
    return model


def row(source, faces, calibration, form, target, precision, folder):
    """Exports once and returns the row of the table."""
    name = f"{source.name}_{form}_{precision}{TARGETS[target]}"
    frames = _FRAMES if (form, target) == ("sequence", "litert") else None
    head = f"| {source.name} | {target} | {form} | {precision or 'float32'} |"
    try:
        report = emoaff.export(
            source.model,
            folder / name,
            target,
            form=form,
            frames=frames,
            quantize=precision,
            calibration=calibration,
        )
    except ValueError as error:
        found = re.search("Found (.*) over", str(error))
        return f"{head} refused: {found[1]} | | | | | | |"
    about = read_metadata(report.path)
    expected = run_keras_model(source, form, faces)
    one, two = (
        compare(report.path, about, faces, expected, threads, 50)
        for threads in (1, 2)
    )
    agreement = f"{one.agreement:.1%}" if one.agreement is not None else ""
    return (
        f"{head} {report.megabytes:.2f} | {one.largest:.1e} | {one.mean:.1e} | "
        f"{agreement} | {one.milliseconds:.2f} | {two.milliseconds:.2f} | "
        f"{report.seconds:.1f} |"
    )


def main(argv: list[str] | None = None) -> list[str]:
    """Measures, writes the table and returns its rows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--faces", metavar="FOLDER")
    parser.add_argument("--calibration", metavar="FOLDER")
    parser.add_argument(
        "--only", default="", metavar="WORDS", help='such as "static onnx"'
    )
    parser.add_argument("--out", type=pathlib.Path, default=_README)
    args = parser.parse_args(argv)
    preset = emoaff.load_preset("compact_ferplus")
    sources = {"static": read_source(preset)}
    drawn = draw_faces((preset.size, preset.size), 8, _FRAMES)
    if args.calibration:
        crops = read_faces(sources["static"], args.calibration, _FRAMES)
        crops = crops[: len(crops) // _FRAMES * _FRAMES]
        drawn = crops.reshape(-1, _FRAMES, *crops.shape[1:])
    sources["streaming"] = read_source(cnn_lstm(drawn))
    sources["sequence"] = sources["streaming"]
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for form, target, precisions in _CASES:
            source = sources[form]
            faces = _faces(source, args.faces)
            calibration = _faces(source, args.calibration or args.faces)
            for precision in precisions:
                if args.only not in f"{form} {target} {precision}":
                    continue
                rows.append(
                    row(
                        *(source, faces, calibration, form, target, precision),
                        pathlib.Path(folder),
                    )
                )
                print(rows[-1], flush=True)
    _write(args.out, rows, len(faces) * _FRAMES, args.faces)
    return rows


def _faces(source, folder):
    if folder:
        return read_faces(source, folder, _FRAMES)
    faces = draw_faces(source.picture[:2], 8, _FRAMES)
    return faces if source.takes_clips else faces.reshape(-1, *source.picture)


def _write(path, rows, count, folder):
    """Puts the table between the two marks of the page."""
    before, rest = path.read_text("utf-8").split("<!-- table -->\n", 1)
    _, after = rest.split("<!-- end of table -->", 1)
    what = "crops that were named" if folder else "drawn ones, the sample's"
    table = "\n".join((_HEAD, *rows))
    where = f"{platform.machine()}, {os.cpu_count()} cores"
    path.write_text(
        f"{before}<!-- table -->\n{table}\n\nOver {count} faces ({what}), on "
        f"{where}.\n<!-- end of table -->{after}",
        "utf-8",
    )


if __name__ == "__main__":
    main()
