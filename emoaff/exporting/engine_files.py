"""The LiteRT files that emoaff predicts with: of presets and the detector."""

import dataclasses
import os
import pathlib
import tempfile

import numpy as np
import tensorflow as tf

from emoaff import presets
from emoaff.data.recordings import load_recordings
from emoaff.data.stored_pictures import stored_pictures
from emoaff.exporting.eight_bit_products import round_products
from emoaff.exporting.faces import read_corpus_faces
from emoaff.exporting.folded_grey import fold_grey
from emoaff.exporting.graph import Graph
from emoaff.exporting.graph import build_graph
from emoaff.exporting.litert_file import add_metadata
from emoaff.exporting.litert_file import convert_to_litert
from emoaff.exporting.litert_file import write_litert
from emoaff.exporting.metadata import describe_file
from emoaff.exporting.sources import read_source
from emoaff.faces import mtcnn_networks
from emoaff.presets import engine_file
from emoaff.presets import model_card
from emoaff.presets.calibration import calibration_error

_FACES = 256  # that 8 bits are fitted on


def write_preset_file(
    name_or_path: str | os.PathLike,
    dataset: str,
    split: str,
    data_dir: str | os.PathLike,
    precision: str = "mixed",
) -> dict:
    """Writes the LiteRT file of a preset into its folder.

    Its `config.json` and card then name the file, the weights that it was made
    from, and what was found on a corpus.

    Args:
        name_or_path: A preset of single pictures.
        dataset: A built corpus with expressions to compare the engines on.
        split: A split of it.
        data_dir: Where it was built.
        precision: `"float32"` or `"float16"`: how weights are stored, to be
            computed with in float32. `"mixed"`: pointwise convolutions in 8
            bits, see `emoaff.exporting.eight_bit_products`, fitted on faces
            of the corpus's `train` split; the rest in float32.

    Returns:
        What was written under `litert`.

    Raises:
        ValueError: If the model cannot be written.
        FileNotFoundError: If the corpus was not built.
    """
    folder = presets.find(name_or_path)
    source = read_source(folder)
    faster = dataclasses.replace(source, model=fold_grey(source.model))
    graph = build_graph(faster, "static", batch=1)
    path = folder / engine_file.FILE
    about = describe_file(source, graph, precision)
    if precision == "mixed":
        faces = read_corpus_faces(
            source, dataset, "train", data_dir, limit=_FACES
        )
        with tempfile.TemporaryDirectory() as place:
            data = convert_to_litert(graph, pathlib.Path(place))
        path.write_bytes(add_metadata(round_products(data, faces), about))
    else:
        write_litert(graph, path, about, precision)
    config = presets.read_config(folder)
    config["litert"] = {
        "file": path.name,
        "sha256": engine_file.compute_sha256(path),
        "weights_sha256": config["weights"]["sha256"],
        "precision": precision,
    }
    presets.write_config(folder, config)
    config["litert"]["check"] = compare_engines(
        folder, dataset, split, data_dir
    )
    presets.write_config(folder, config)
    card = model_card.render(config["name"], config)
    (folder / presets.CARD).write_text(card, "utf-8")
    return config["litert"]


def compare_engines(
    name_or_path: str | os.PathLike,
    dataset: str,
    split: str,
    data_dir: str | os.PathLike,
) -> dict:
    """Compares the answers of a preset's LiteRT file with those of Keras.

    Args:
        name_or_path: A preset of single pictures with a LiteRT file.
        dataset: A built corpus with expressions.
        split: A split of it.
        data_dir: Where it was built.

    Returns:
        The corpus; how many pictures; `agreement`, the share with the same
        most probable class; `largest`, the largest difference of a
        probability; accuracy and calibration error of both on labelled
        pictures.
    """
    recordings = load_recordings(dataset, split, data_dir)
    keras, litert = (
        presets.load_preset(name_or_path, engine)
        for engine in ("keras", "litert")
    )
    truth = np.asarray(recordings.expression)
    batches = list(stored_pictures(recordings, keras.size))
    expected, found = (
        np.concatenate([p.predict(batch)["expression"] for batch in batches])
        for p in (keras, litert)
    )
    known = truth >= 0
    scores = {}
    for engine, answers in (("keras", expected), ("litert", found)):
        labelled = answers[known]
        right = labelled.argmax(axis=1) == truth[known]
        error = calibration_error(truth[known], labelled)
        scores[engine] = {
            "accuracy": round(float(right.mean()), 4),
            "calibration_error": round(error, 4),
        }
    same = found.argmax(axis=1) == expected.argmax(axis=1)
    return {
        "dataset": dataset,
        "split": split,
        "pictures": len(found),
        "agreement": round(float(same.mean()), 4),
        "largest": float(f"{np.abs(found - expected).max():.1e}"),
        **scores,
    }


def write_detector_files(
    folder: str | os.PathLike = mtcnn_networks.FOLDER,
) -> list[pathlib.Path]:
    """Writes the detector's three networks as LiteRT files in float32.

    Args:
        folder: Where to; those of the installed package by default.

    Returns:
        The files.
    """
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name in mtcnn_networks.NAMES:
        model, side = mtcnn_networks.build_network(name)
        outputs = mtcnn_networks.OUTPUTS[name]

        def call(inputs, model=model, outputs=outputs):
            answers = model(inputs["face"], training=False)
            return dict(zip(outputs, answers, strict=True))

        shape = (1, side, side, 3)
        graph = Graph(
            "static",
            {"face": tf.TensorSpec(shape, "float32")},
            {},
            call,
            [variable.value for variable in model.variables],
        )
        path = folder / f"{name}.tflite"
        with tempfile.TemporaryDirectory() as place:
            path.write_bytes(convert_to_litert(graph, pathlib.Path(place)))
        paths.append(path)
    return paths
