"""Runs the Keras model, as the reference for exported files."""

import numpy as np

from emoaff.exporting.sources import Source
from emoaff.presets.class_prior import reweigh


def run_keras_model(
    source: Source, form: str, faces: np.ndarray
) -> dict[str, np.ndarray]:
    """Runs the model as it was before it was exported.

    For the streaming form this is the model of sequences: each frame's answer
    is that for the frames up to it, or for the window that ends with it (the
    first frame repeated in front where there are too few).

    Args:
        source: The model.
        form: Of the exported file.
        faces: See `emoaff.exporting.running.run_all`.

    Returns:
        As `emoaff.exporting.running.run_all`, valence and arousal clipped.
    """
    if form == "streaming":
        answers = _run_stream(source, faces)
    else:
        parts = [
            source.model.predict_on_batch(np.float32(faces[i : i + 8]))
            for i in range(0, len(faces), 8)
        ]
        answers = {k: np.concatenate([p[k] for p in parts]) for k in parts[0]}
    return _name_outputs(answers, source)


def _name_outputs(answers, source):
    named, outputs = {}, source.config["outputs"]
    for name, values in answers.items():
        if outputs[name]["kind"] == "dimensional":
            low, high = outputs[name]["range"]
            columns = np.moveaxis(np.clip(values, low, high), -1, 0)
            named.update(zip(outputs[name]["names"], columns, strict=True))
        else:
            if name == "expression" and source.priors:
                values = reweigh(values, *source.priors)
            named[name] = values
    return named


def _run_stream(source, faces):
    people, frames = faces.shape[:2]
    flat = np.float32(faces.reshape(-1, *faces.shape[2:]))
    features = np.concatenate(
        [
            source.encoder.predict_on_batch(flat[i : i + 16])
            for i in range(0, len(flat), 16)
        ]
    ).reshape(people, frames, -1)
    if source.answers_each_frame:
        return _run_eagerly(source.head, features)
    rows = []
    for frame in range(frames):
        seen = np.arange(frame + 1)
        if source.window:
            seen = np.arange(frame - source.window + 1, frame + 1).clip(0)
        rows.append(_run_eagerly(source.head, features[:, seen]))
    return {k: np.stack([row[k] for row in rows], axis=1) for k in rows[0]}


def _run_eagerly(head, features):
    """Runs without a graph, as each number of frames would need its own."""
    answers = head(features, training=False)
    return {name: np.asarray(x) for name, x in answers.items()}
