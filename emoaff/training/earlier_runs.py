"""First weights of a classifier of stills: what earlier runs ended with."""

import pathlib

import keras
import numpy as np

from emoaff import presets
from emoaff.training import checkpoint
from emoaff.training.commands import PRESET


def fill_from_runs(
    model: keras.Model, runs: str, shipped: dict[str, str]
) -> None:
    """Fills a model with the weights of runs, averaged where there are several.

    Runs that began with the same weights can be averaged; the mean is then
    often better than each, on other pictures above all.

    Args:
        model: Gets the weights.
        runs: Folder of a run, or several, comma between. A run without
            checkpoints gives the weights of its preset, in which calibration
            is part of the last layer.
        shipped: Name of each layer with weights, to its name in a preset.

    Raises:
        FileNotFoundError: If a folder has neither checkpoints nor a preset.

    References:
        - [Wortsman et al., 2022](https://arxiv.org/abs/2203.05482)
    """
    every = []
    for run in runs.split(","):
        path = pathlib.Path(run, "checkpoints", "best.npz")
        preset = pathlib.Path(run, PRESET)
        if path.is_file():
            checkpoint.restore_checkpoint(path, model.variables)
        elif run and (preset / presets.CONFIG).is_file():
            _fill_from_preset(model, preset, shipped)
        else:
            raise FileNotFoundError(
                "Expected the folder of a run with checkpoints or a preset. "
                f"Received: start={run}. Give the --out of an earlier `emoaff "
                "train` of this recipe."
            )
        every.append(model.get_weights())
    model.set_weights([np.mean(w, axis=0) for w in zip(*every, strict=True)])


def _fill_from_preset(model, folder, shipped):
    source = presets.load_preset(folder).model
    for ours, theirs in shipped.items():
        weights = source.get_layer(theirs).get_weights()
        model.get_layer(ours).set_weights(weights)
