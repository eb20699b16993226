"""Scores a preset on a built corpus, over whole recordings."""

import os

import numpy as np

from emoaff.data.even_frames import EvenFrames
from emoaff.data.recordings import Recordings
from emoaff.data.recordings import load_recordings
from emoaff.evaluation.corpus_predictions import CorpusPredictions
from emoaff.evaluation.evaluation import Evaluation
from emoaff.evaluation.evaluation import find_subjects
from emoaff.evaluation.evaluation import merge_tables
from emoaff.evaluation.postprocessing import CoursePostprocessor
from emoaff.evaluation.recording_predictions import predict_recordings
from emoaff.evaluation.scored_outputs import find_scorers
from emoaff.evaluation.scores import Bootstrap
from emoaff.presets import Preset


def evaluate(
    preset: Preset,
    dataset: str,
    split: str,
    data_dir: str | os.PathLike,
    *,
    stride: int | None = None,
    postprocess: CoursePostprocessor | str | os.PathLike | None = None,
    bootstrap: Bootstrap | None = None,
    memory: str = "window",
    side_files: str = "",
) -> Evaluation:
    """Scores a preset on one split of a corpus.

    Everything is scored that the preset puts out and the corpus has labels
    for: valence and arousal by name (`emoaff.evaluation.scores.AffectScores`),
    classes (`ClassScores`) and classes of which several may hold
    (`MultiLabelScores`, as `f1_of_each`). Frames without a label are left out.
    Where the corpus has other classes than the preset, those that both have are
    scored; see
    `emoaff.evaluation.shared_classes.SharedClasses`.

    Args:
        preset: The preset, of single pictures or of windows.
        dataset: A built corpus, see `emoaff.corpora`.
        split: A split of it.
        data_dir: Where it was built.
        stride: See
            `emoaff.evaluation.recording_predictions.predict_recordings`.
        postprocess: Fitted post-processing of valence and arousal, or its
            file.
        bootstrap: How to compute the intervals; `None` is `Bootstrap()`. It
            draws people where the corpus names them, recordings elsewhere.
        memory: See
            `emoaff.evaluation.recording_predictions.predict_recordings`.
        side_files: See
            `emoaff.evaluation.recording_predictions.predict_recordings`.

    Returns:
        Scores and predictions.

    Raises:
        ValueError: If preset and corpus have nothing in common that is
            labelled, or `postprocess` does not fit the dimensions or the rate
            of the frames; and see `predict_recordings`.
        FileNotFoundError: If the corpus was not built, or a file is missing.

    Example:
    >>> preset = emoaff.load_preset("my_preset")
    >>> found = evaluate(preset, "synthetic_affect/tiny", "validation", "data")
    >>> found.table.facts["frames"]
    {'scored': 217, 'unlabelled': 15, 'without prediction': 0}
    >>> sorted(found.predictions)
    ['arousal', 'expression', 'valence']
    """
    recordings = load_recordings(dataset, split, data_dir)
    return evaluate_recordings(
        preset,
        recordings,
        stride=stride,
        postprocess=postprocess,
        bootstrap=bootstrap,
        memory=memory,
        side_files=side_files,
    )


def evaluate_recordings(
    preset: Preset,
    recordings: Recordings,
    *,
    stride: int | None = None,
    postprocess: CoursePostprocessor | str | os.PathLike | None = None,
    bootstrap: Bootstrap | None = None,
    memory: str = "window",
    side_files: str = "",
) -> Evaluation:
    """Scores a preset on recordings, such as some of those of a split.

    Args:
        preset: See `evaluate`.
        recordings: The recordings.
        stride: See `evaluate`.
        postprocess: See `evaluate`.
        bootstrap: See `evaluate`.
        memory: See `evaluate`.
        side_files: See `evaluate`.

    Returns:
        See `evaluate`.

    Raises:
        ValueError: See `evaluate`.

    Example:
    >>> from emoaff.data.recordings import load_recordings
    >>> corpus = "synthetic_affect/tiny"
    >>> recordings = load_recordings(corpus, "validation", "data")
    >>> preset = emoaff.load_preset("my_preset")
    >>> found = evaluate_recordings(preset, recordings)
    >>> found.predictions["valence"].shape
    (232,)
    """
    scorers = find_scorers(preset, recordings)
    predicted = predict_frames_of(
        preset, recordings, stride, postprocess, memory, side_files
    )
    values, facts = predicted.values, dict(predicted.facts)
    scores = []
    for scorer in scorers:
        made, notes = scorer(values)
        scores.append(made)
        facts.update(notes)
    people = find_subjects(recordings)
    tables = [made.table(bootstrap, people) for made in scores]
    return Evaluation(
        merge_tables(tables, facts),
        recordings,
        values,
        tuple(scores),
        facts,
        predicted.classes,
    )


def predict_corpus(
    preset: Preset,
    dataset: str,
    split: str,
    data_dir: str | os.PathLike,
    *,
    stride: int | None = None,
    postprocess: CoursePostprocessor | str | os.PathLike | None = None,
    memory: str = "window",
    side_files: str = "",
) -> CorpusPredictions:
    """Predicts every frame of a split, with labels or without.

    Args:
        preset: See `evaluate`.
        dataset: See `evaluate`.
        split: See `evaluate`; a test split may have no labels at all.
        data_dir: See `evaluate`.
        stride: See `evaluate`.
        postprocess: See `evaluate`.
        memory: See `evaluate`.
        side_files: See `evaluate`.

    Returns:
        The predictions, for `to_pandas`, `write` and
        `emoaff.evaluation.write_abaw`.

    Raises:
        ValueError: If `postprocess` does not fit the dimensions or the rate
            of the frames; and see `predict_recordings`.
        FileNotFoundError: If the corpus was not built, or a file is missing.

    Example:
    >>> preset = emoaff.load_preset("my_preset")
    >>> found = predict_corpus(preset, "synthetic_affect/tiny", "test", "data")
    >>> sorted(found.values)
    ['arousal', 'expression', 'valence']
    """
    recordings = load_recordings(dataset, split, data_dir)
    return predict_frames_of(
        preset, recordings, stride, postprocess, memory, side_files
    )


def predict_frames_of(
    preset: Preset,
    recordings: Recordings,
    stride: int | None = None,
    postprocess: CoursePostprocessor | str | os.PathLike | None = None,
    memory: str = "window",
    side_files: str = "",
) -> CorpusPredictions:
    """Predicts the frames of recordings; arguments as for `evaluate`.

    Raises:
        ValueError: See `predict_corpus`.
    """
    chain = _fitting(preset, postprocess)
    frames = None
    if chain is not None:
        frames = EvenFrames(recordings)
        frames.require_rate(chain.rate_hz)
    predicted = predict_recordings(
        preset, recordings, stride, memory, side_files
    )
    values = dict(predicted.values)
    facts = {
        "dataset": recordings.dataset,
        "split": recordings.split,
        "model": preset.config.get("name", preset.name),
        **predicted.facts,
    }
    if preset.prior is not None:
        facts["prior"] = str(preset.prior)
    if chain is not None:
        values.update(_postprocess(values, chain, frames))
        steps = (" ".join(line.split()) for line in _kept(chain))
        facts["post-processing"] = "; ".join(steps) or "no step was kept"
        if chain.list_doubts():
            facts["doubts"] = " ".join(chain.list_doubts())
    classes = {
        name: tuple(output["classes"])
        for name, output in preset.config["outputs"].items()
        if "classes" in output
    }
    return CorpusPredictions(recordings, values, classes, facts)


def fit_postprocess(
    preset: Preset,
    dataset: str,
    split: str,
    data_dir: str | os.PathLike,
    stride: int | None = None,
    **settings,
) -> CoursePostprocessor:
    """Tunes the post-processing of a preset's valence and arousal.

    Args:
        preset: See `evaluate`.
        dataset: See `evaluate`.
        split: The validation split, whose scores mean little afterwards.
        data_dir: See `evaluate`.
        stride: See `evaluate`.
        **settings: See `Evaluation.fit_postprocess`.

    Returns:
        The fitted post-processor.

    Raises:
        ValueError: See `evaluate` and `Evaluation.fit_postprocess`.
        FileNotFoundError: See `evaluate`.

    Example:
    >>> preset = emoaff.load_preset("my_preset")
    >>> corpus = "synthetic_affect/tiny"
    >>> chain = fit_postprocess(preset, corpus, "validation", "data")
    >>> chain.dimensions
    ('valence', 'arousal')
    """
    require_split_to_fit_on(split)
    evaluation = evaluate(
        preset,
        dataset,
        split,
        data_dir,
        stride=stride,
        bootstrap=Bootstrap(draws=0),
    )
    return evaluation.fit_postprocess(**settings)


def require_split_to_fit_on(split: str) -> None:
    """Raises ValueError for a test split, which is for scoring alone."""
    if "test" in split.lower():
        raise ValueError(
            "Expected a validation split to tune post-processing on. Received: "
            f"split={split!r}, whose scores would mean nothing afterwards."
        )


def _fitting(preset, postprocess):
    """Reads post-processing and checks it against the preset's dimensions."""
    if postprocess is None:
        return None
    chain = postprocess
    if not isinstance(chain, CoursePostprocessor):
        chain = CoursePostprocessor.load(chain)
    given = preset.dimensions
    if not set(chain.dimensions) <= set(given):
        raise ValueError(
            "Expected post-processing of what the model puts out. "
            f"{preset.name} puts out {', '.join(given) or 'no dimensions'}. "
            f"Received: post-processing of {', '.join(chain.dimensions)}."
        )
    return chain


def _postprocess(values, chain, frames):
    columns = np.stack([values[name] for name in chain.dimensions], axis=1)
    even = chain.apply(frames.spread(columns), frames.recording)
    return dict(zip(chain.dimensions, frames.gathered(even).T, strict=True))


def _kept(chain):
    return (
        f"{name} {step.describe()}"
        for name, steps in chain.chains.items()
        for step in steps
        if step.kept
    )
