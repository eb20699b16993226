"""The folder that examples of docstrings run in, as a user might have it.

astronaut.jpg astronaut.mp4   of examples/media
my_clips/happiness/           the same two, and a text
data/                         synthetic_affect/tiny, built
my_preset/                    an untrained model of pictures: `expression`
                              (affectnet_8) and `valence_arousal`
my_lstm/ lstm.safetensors     an untrained LSTM on features of `my_preset`,
                              and its weights for PyTorch
"""

import contextlib
import os
import pathlib
import shutil
import zlib

import keras

from emoaff import corpora
from emoaff import models
from emoaff.convert import write_safetensors
from tests import small_presets
from tests.sample import CLIP
from tests.sample import PORTRAIT

_LARGE = 50_000  # bytes
_AFFECT = {
    "valence_arousal": {
        "kind": "dimensional",
        "names": ["valence", "arousal"],
        "range": [-1, 1],
    }
}


def fill(folder: pathlib.Path) -> None:
    """Writes all of it."""
    (folder / "my_clips" / "happiness").mkdir(parents=True)
    for file in (PORTRAIT, CLIP):
        shutil.copy(file, folder)
        shutil.copy(file, folder / "my_clips" / "happiness")
    (folder / "my_clips" / "notes.txt").write_text("filmed in May\n")
    corpora.prepare("synthetic_affect/tiny", None, folder / "data", False)
    keras.utils.set_random_seed(0)
    _save_image_preset(folder / "my_preset")
    lstm = models.build_emo_affectnet_lstm()
    preset = small_presets.saved(
        folder / "my_lstm",
        keras.Model(lstm.input, {"expression": lstm.output}),
        small_presets.classes("emo_affectnet"),
        input={"kind": "features", "size": 48, "features_from": "my_preset"},
        sampling={"rate_hz": 5, "window": 10},
    )
    write_safetensors(preset, folder / "lstm.safetensors")


def _save_image_preset(folder):
    backbone = models.build_small_cnn(features=512)
    dense = keras.layers.Dense
    outputs = {
        "expression": dense(8, "softmax", name="expression")(backbone.output),
        "valence_arousal": dense(2, "tanh", name="valence_arousal")(
            backbone.output
        ),
    }
    small_presets.saved(
        folder,
        keras.Model(backbone.input, outputs),
        {**small_presets.classes("affectnet_8"), **_AFFECT},
    )


@contextlib.contextmanager
def copied(folder: pathlib.Path, to: pathlib.Path):
    """Works in a copy, so that no example sees what another has written.

    Weights and records are linked, not copied, since there are megabytes of
    them and nothing of emoaff changes them in place. `describe` tells whether
    that held.
    """
    shutil.copytree(folder, to, copy_function=_link_if_large)
    before = os.getcwd()
    os.chdir(to)
    try:
        yield
    finally:
        os.chdir(before)


def _link_if_large(source, to):
    large = os.path.getsize(source) > _LARGE
    return os.link(source, to) if large else shutil.copy2(source, to)


def describe(folder: pathlib.Path) -> dict[str, int]:
    """Checksums of all files, to see that none was changed in place."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {
        str(path.relative_to(folder)): zlib.crc32(path.read_bytes())
        for path in files
    }
