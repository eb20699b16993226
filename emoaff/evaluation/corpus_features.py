"""Feature vectors of every stored frame of a corpus."""

from collections.abc import Iterator

import numpy as np

from emoaff.data.recordings import Recordings
from emoaff.data.stored_pictures import stored_pictures
from emoaff.evaluation.corpus_predictions import CorpusPredictions
from emoaff.presets import LAYER
from emoaff.presets.preset import Preset
from emoaff.progress import Progress

_CROPS = 64  # at once


def extract_corpus_features(
    preset: Preset, recordings: Recordings, layer: str = LAYER
) -> Iterator[tuple[dict[str, np.ndarray], np.ndarray]]:
    """Computes what a layer makes of each stored face crop.

    Args:
        preset: Whose image model sees them.
        recordings: Such as `emoaff.data.recordings.load_recordings` gives.
        layer: See `emoaff.presets.Preset.features`.

    Yields:
        Blocks in stored order: `recording`, `subject`, `frame`, `time_s` and
        the labels as in `CorpusPredictions.to_pandas`, each `(n,)`, and the
        vectors, float32 `(n, width)`.

    Raises:
        ValueError: See `Preset.features`.

    Example:
    >>> from emoaff.data.recordings import load_recordings
    >>> preset = emoaff.load_preset("my_preset")
    >>> corpus = load_recordings("synthetic_affect/tiny", "test", "data")
    >>> about, vectors = next(extract_corpus_features(preset, corpus))
    >>> about["label_expression"][0], vectors.shape
    ('anger', (64, 512))
    """
    table = CorpusPredictions(recordings, {}, {}).to_pandas()
    progress, done = Progress("features"), 0
    for pictures in stored_pictures(recordings, preset.size, _CROPS):
        rows = table.iloc[done : done + len(pictures)]
        about = {name: rows[name].to_numpy() for name in rows}
        yield about, preset.features(pictures, layer)
        done += len(pictures)
        progress.update(done, done / len(recordings))
    progress.close()
