"""Claim (d): time folded into the batch, or a batch norm per time step."""

import dataclasses
import functools
import itertools

import keras
import numpy as np

from drawn_claims.bench import name_end
from drawn_claims.statements import describe_longer
from drawn_claims.statements import state_interval
from drawn_claims.statements import state_verdict
from drawn_claims.statements import write_table
from emoaff.training import reestimate_batch_norm
from emoaff.training.clip_experiment import clip_experiment
from emoaff.training.clip_models import clip_model

EPOCHS = 12


def try_claim(bench):
    """Folding time into the batch against a batch norm per time step."""
    bench.corpus("studio")
    models = {"folded": clip_model, "per step": build_per_step_model}
    averages = {"moved by training": "ccc_moved", "re-estimated": "ccc"}
    found = {pair: [] for pair in itertools.product(models, averages)}

    def train(kind, seed, times=1):
        end = name_end(seed, times)
        return bench.run(
            f"d_{kind.replace(' ', '_')}_{end}",
            "tzirakis_recola",
            functools.partial(score_with_both_averages, models[kind]),
            frames=25,
            stride=25,
            batch_size=16,
            loss="ccc_batch",
            epochs=EPOCHS * times,
            steps_per_epoch=100,
            seed=seed,
        )

    def find_best(run, measure):
        return max(row[measure] for row in run.history)

    for seed, kind in itertools.product(bench.seeds, models):
        run = train(kind, seed)
        for how, measure in averages.items():
            found[kind, how].append(find_best(run, measure))
    longer = {}
    for kind in models:
        once = found[kind, "re-estimated"][0]
        twice = find_best(train(kind, bench.seeds[0], 2), "ccc")
        longer[kind] = (once, twice)
    rows = [
        [
            *pair,
            *(f"{v:.3f}" for v in values),
            f"{np.mean(values):.3f}",
        ]
        for pair, values in found.items()
    ]
    seeds = [f"best CCC, seed {seed}" for seed in bench.seeds]
    head = ["batch norm", "averages", *seeds, "mean"]
    folded, per_step = (found[kind, "re-estimated"] for kind in models)
    moved = found["folded", "moved by training"]
    kinds, ways = np.subtract(folded, per_step), np.subtract(folded, moved)
    means = [np.mean(values) for values in found.values()]
    spread = np.mean([np.std(values, ddof=1) for values in found.values()])
    return f"""## (d) Folding time into the batch, or a batch norm per time step

Ours: `Framewise` normalises all frames of a batch together and moves its
averages once a step; Keras 3's `TimeDistributed` with a fixed number of frames
does so for each time step by itself. `emoaff.train` computes the averages anew
before each validation, from 30 batches.

Tried: `tzirakis_recola --small` on the corpus `studio`, windows of 25 frames,
16 a batch, {EPOCHS} epochs of 100 updates, CCC over all frames of a batch.
Each epoch of a training is scored twice, since its weights do not depend on the
averages: with those that training moved, and re-estimated.

{write_table(head, rows)}

Folded minus per step, both re-estimated: {state_interval(kinds)}:
**{state_verdict(kinds)}**. Folded, re-estimated minus moved by training:
{state_interval(ways)}: **{state_verdict(ways)}**.

The means of the four lie within {np.ptp(means):.3f}; seeds of one and the same
differ by {spread:.3f} (standard deviation, mean of the four).

{describe_longer("CCC re-estimated", longer, _pick(found, "re-estimated"))}
"""


def _pick(found, how):
    return {kind: each for (kind, way), each in found.items() if way == how}


def score_with_both_averages(build, recipe, config, data_dir, out, report):
    """A recipe's experiment that scores moved and re-estimated averages."""
    recipe = dataclasses.replace(recipe, build=build)
    made = clip_experiment(recipe, config, data_dir, out, report)

    def validate(model):
        moved = made.validate(model)
        inputs = made.batches(0, 0, (0, 1)).map(lambda x, y: x)
        reestimate_batch_norm(model, inputs)
        return {**made.validate(model), "ccc_moved": moved["ccc"]}

    return dataclasses.replace(made, validate=validate, norm_batches=0)


def build_per_step_model(config, data):
    """`clip_model` with Keras's own `TimeDistributed`."""
    folded = clip_model(config, data)
    encoder = folded.get_layer("backbone").layer
    x = keras.layers.TimeDistributed(encoder, name="backbone")(folded.input)
    rest = keras.Model(folded.get_layer("backbone").output, folded.output)
    return keras.Model(folded.input, rest(x))
