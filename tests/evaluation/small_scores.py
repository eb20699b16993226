"""The validation split of the corpus `small`, a preset for it, and scores.

Its recordings have 30 frames (9 and 10 missing), 5 and 21; see `small_video`.
"""

import audmetric
import numpy as np

from emoaff import corpora
from tests.data.small_corpus import segments
from tests.data.small_corpus import small_video
from tests.small_presets import AFFECT
from tests.small_presets import dense
from tests.small_presets import saved
from tests.small_presets import still_model

SPLIT = "validation"


def build_corpus(monkeypatch, folder):
    gap = [f for f in range(30) if f not in (9, 10)]
    frames = (gap, range(5), range(21))
    examples = [e for n, f in enumerate(frames) for e in segments(n, f)]
    small_video(monkeypatch, folder, {SPLIT: examples}, left_out=["emotions"])


def read_truth(data_dir):
    """Pictures and labels of all frames, as TFDS reads them."""
    examples = list(corpora.load("small", SPLIT, data_dir).as_numpy_iterator())
    frames = [example["frames"] for example in examples]
    return {k: np.concatenate([f[k] for f in frames]) for k in frames[0]}


def save_affect(folder):
    """A preset of arousal and valence of pictures."""
    return saved(folder, still_model({"arousal_valence": dense(2)}), AFFECT)


def colours(images):
    """What `tests.small_presets.mean_colour` makes of pictures."""
    return images.astype(np.float64).mean(axis=(1, 2)) / 100


def linear(preset, features):
    """The last layer's answers, in NumPy."""
    kernel, bias = [np.float64(w) for w in preset.model.get_weights()]
    return features @ kernel + bias


def ccc(truth, prediction):
    known = np.isfinite(truth) & np.isfinite(prediction)
    return audmetric.concordance_cc(truth[known], prediction[known])
