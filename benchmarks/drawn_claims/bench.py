"""Trains what the claims compare, and reads what is trained."""

import csv
import dataclasses
import functools
import json
import types

import numpy as np

from emoaff import corpora
from emoaff import recipes
from emoaff.training.recipe_run import open_run
from emoaff.training.recipe_run import run_recipe

CATEGORY_EPOCHS = 12  # of what others start from


class Bench:
    """Runs of one call of this script.

    Args:
        data_dir: Where the drawn corpora are built.
        runs: Folder of all runs.
        seeds: Seeds that each comparison is repeated with.
    """

    def __init__(self, data_dir, runs, seeds):
        self.data_dir, self.runs, self.seeds = data_dir, runs, seeds

    def corpus(self, config):
        name = f"synthetic_affect/{config}"
        corpora.draw_missing(name, self.data_dir)
        return name

    def run(self, name, recipe, experiment=None, **settings):
        """Trains, or reads; returns history and scores.

        `experiment` is called as `experiment(recipe, config, data_dir, out,
        report)` in place of the recipe's own.

        Raises:
            ValueError: If a finished run has another number of epochs.
        """
        found = recipes.find_recipe(recipe, small=True)
        out = self.runs / name
        texts = {k: _text(v) for k, v in settings.items()}
        done = out / "preset" / "config.json"
        if not done.is_file():
            resume = (out / "config.json").is_file()
            config = open_run(found, out, {} if resume else texts, resume)
            if experiment:
                made = functools.partial(experiment, found)
                found = dataclasses.replace(found, own_experiment=made)
            print(f"== {name}", flush=True)
            run_recipe(
                found, config, self.data_dir, out, report=lambda line: None
            )
        stored = json.loads((out / "config.json").read_text("utf-8"))
        if stored["schedule"]["epochs"] != settings["epochs"]:
            raise ValueError(
                f"{out}: expected a run of {settings['epochs']} epochs, found "
                f"one of {stored['schedule']['epochs']}. Give another --runs."
            )
        with (out / "history.csv").open(newline="") as file:
            history = [
                {k: float(v) for k, v in row.items()}
                for row in csv.DictReader(file)
            ]
        scores = json.loads(done.read_text("utf-8"))["scores"]
        return types.SimpleNamespace(history=history, scores=scores)


def learn_categories(bench, seed):
    """A run that has learned categories, to start others from; its folder."""
    bench.corpus("realeyes")
    name = f"a_before_{seed}"
    bench.run(
        name,
        "tzirakis_realeyes",
        seed=seed,
        epochs=CATEGORY_EPOCHS,
        patience=0,
        steps_per_epoch=120,
    )
    return str(bench.runs / name)


def name_end(seed, times):
    """End of a run's name: its seed, and how often the usual epochs."""
    return f"{seed}" if times == 1 else f"{seed}_times_{times}"


def find_score(scores, measure, of=""):
    """One number of a table of scores; NaN where undefined."""
    for row in scores["rows"]:
        if (row["measure"], row["of"], row["part"]) == (measure, of, ""):
            return np.nan if row["value"] is None else row["value"]
    raise KeyError((measure, of))


def _text(value):
    return value if isinstance(value, str) else json.dumps(value)
