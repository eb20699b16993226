"""Tries the papers' claims on drawn faces and writes docs/claims.md.

    python benchmarks/claims.py --data-dir data --runs runs/claims

Builds the drawn corpora where they are missing, trains every run of every
claim (each is resumable, and a finished one is read), and writes what came
out, whatever it is, with the seeds used. `--claims a b` does some only. Needs
matplotlib. One to two hours on two cores.
"""

import argparse
import csv
import dataclasses
import functools
import itertools
import json
import pathlib
import time
import types

import keras
import matplotlib
import numpy as np
from scipy import stats

from emoaff import corpora
from emoaff import recipes
from emoaff.training import reestimate_batch_norm
from emoaff.training.clip_experiment import clip_experiment
from emoaff.training.clip_models import clip_model
from emoaff.training.crossval import crossval
from emoaff.training.recipe_run import open_run
from emoaff.training.recipe_run import run_recipe

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402

CORPORA = ("studio", "webcam", "street")
DOCS = pathlib.Path(__file__).parents[1] / "docs"


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
        """Trains, or reads; returns history, scores and minutes.

        `experiment` is called as `experiment(recipe, config, data_dir, out,
        report)` in place of the recipe's own.
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
        with (out / "history.csv").open(newline="") as file:
            history = [
                {k: float(v) for k, v in row.items()}
                for row in csv.DictReader(file)
            ]
        scores = json.loads(done.read_text("utf-8"))["scores"]
        return types.SimpleNamespace(
            history=history,
            scores=scores,
            minutes=sum(row["seconds"] for row in history) / 60,
        )


def _text(value):
    return value if isinstance(value, str) else json.dumps(value)


def value(scores, measure, of=""):
    """One number of a table of scores; NaN where undefined."""
    for row in scores["rows"]:
        if (row["measure"], row["of"], row["part"]) == (measure, of, ""):
            return np.nan if row["value"] is None else row["value"]
    raise KeyError((measure, of))


def interval(differences):
    """Mean and 95 % t interval of paired differences, as text."""
    x = np.asarray(differences, float)
    if len(x) < 2:
        return f"{x.mean():+.3f} (one seed)"
    low, high = stats.t.interval(
        0.95, len(x) - 1, loc=x.mean(), scale=max(stats.sem(x), 1e-12)
    )
    return f"{x.mean():+.3f} [{low:+.3f}, {high:+.3f}]"


def state_verdict(differences):
    """Whether the interval of the differences leaves 0 out, in words."""
    x = np.asarray(differences, float)
    if len(x) < 2 or np.ptp(x) == 0:
        return "cannot be told from one seed"
    low, high = stats.t.interval(0.95, len(x) - 1, x.mean(), stats.sem(x))
    if low > 0:
        return "holds here"
    return "the opposite holds here" if high < 0 else "not shown here"


def table(head, rows):
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def claim_a(bench):
    """Pre-training on categories, then fine-tuning (Tzirakis et al.)."""
    bench.corpus("realeyes")
    target = bench.corpus("webcam")
    curves, ends, first = {"random": [], "categories": []}, [], []
    for seed in bench.seeds:
        before = f"a_categories_{seed}"
        bench.run(
            before,
            "tzirakis_realeyes",
            seed=seed,
            epochs=6,
            patience=0,
            steps_per_epoch=120,
        )
        pair = {
            "random": "",
            "categories": str(bench.runs / before),
        }
        for kind, start in pair.items():
            made = bench.run(
                f"a_{kind}_start_{seed}",
                "tzirakis_recola",
                dataset=target,
                start=start,
                seed=seed,
                epochs=6,
                steps_per_epoch=120,
            )
            curves[kind].append([row["ccc"] for row in made.history])
        best = [max(curves[kind][-1]) for kind in pair]
        ends.append(best[1] - best[0])
        first.append(curves["categories"][-1][0] - curves["random"][-1][0])
    level = 0.9 * np.mean([max(curve) for curve in curves["random"]])
    epochs = {
        kind: [_find_first_over(curve, level) for curve in each]
        for kind, each in curves.items()
    }
    figure, axes = pyplot.subplots(figsize=(6, 3.5))
    for (kind, each), colour in zip(curves.items(), ("C1", "C0"), strict=True):
        for k, curve in enumerate(each):
            label = f"start: {kind}" if not k else None
            axes.plot(range(1, len(curve) + 1), curve, colour, label=label)
    axes.axhline(level, color="grey", linewidth=0.8, linestyle=":")
    axes.set(xlabel="epoch", ylabel="validation CCC (mean of two)")
    axes.legend()
    _save(figure, "claim_a.png")
    rows = [
        [
            kind,
            *(f"{max(curve):.3f}" for curve in each),
            ", ".join("never" if e is None else str(e) for e in epochs[kind]),
        ]
        for kind, each in curves.items()
    ]
    seeds = [f"best CCC, seed {seed}" for seed in bench.seeds]
    return f"""## (a) Pre-training on categories helps valence and arousal

Tzirakis et al., 2021: weights that learned emotion categories first end higher
on valence and arousal than random ones, and get there in fewer epochs.

Tried: `tzirakis_realeyes --small` on the corpus `realeyes` (6 epochs of 120
updates), then `tzirakis_recola --small` on the corpus `webcam`, which is
another style with other people, 6 epochs of 120 updates from either start.

{table(["start", *seeds, f"epochs to {level:.2f}"], rows)}

Difference of the best epoch: {interval(ends)}: **{state_verdict(ends)}**. After
the first epoch: {interval(first)}: **{state_verdict(first)}**.

![validation CCC by epoch](claims/claim_a.png)
"""


def _find_first_over(curve, level):
    over = [k for k, v in enumerate(curve, start=1) if v >= level]
    return over[0] if over else None


def claim_b(bench):
    """Balancing raises UAR and macro F1 (Rangulov and Fahim)."""
    corpus = bench.corpus("realeyes")
    found = {"none": [], "classes": []}
    for seed in bench.seeds:
        for balance, made in found.items():
            run = bench.run(
                f"b_{balance}_{seed}",
                "emoaffectnet_static",
                dataset=corpus,
                balance=balance,
                seed=seed,
                epochs=6,
            )
            made.append(run.scores)
    rows, lines = [], []
    for measure in ("uar", "macro_f1", "accuracy"):
        each = {
            balance: [value(s, measure) for s in scores]
            for balance, scores in found.items()
        }
        for balance, values in each.items():
            rows.append([measure, balance, *(f"{v:.3f}" for v in values)])
        difference = np.subtract(each["classes"], each["none"])
        lines.append(
            f"- {measure}: {interval(difference)}: "
            f"**{state_verdict(difference)}**"
        )
    figure, axes = pyplot.subplots(1, 2, figsize=(10, 4.4))
    titles = ("as the corpus is", "classes drawn alike")
    for axis, scores, title in zip(axes, found.values(), titles, strict=True):
        _confusion(axis, scores[0]["confusion"], title)
    _save(figure, "claim_b.png")
    seeds = [f"seed {seed}" for seed in bench.seeds]
    return f"""## (b) Balancing raises UAR and macro F1

Rangulov and Fahim, 2020: a model trained on an unbalanced set overfits to its
frequent classes, as confusion matrices show; balancing mends it.

Tried: `emoaffectnet_static --small` on the corpus `realeyes`, whose classes
are as unbalanced as RealEyes's, 6 epochs of 200 updates, with its pictures
drawn as they are and with classes drawn alike; scored on validation.

{table(["measure", "balance", *seeds], rows)}

Balanced minus unbalanced:

{chr(10).join(lines)}

![confusion matrices of the first seed](claims/claim_b.png)
"""


def _confusion(axis, confusion, title):
    counts = np.asarray(confusion["counts"], float)
    total = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, total, np.zeros_like(counts), where=total > 0)
    axis.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    names = confusion["classes"]
    axis.set_xticks(range(len(names)), names, rotation=90)
    axis.set_yticks(range(len(names)), names)
    for (row, column), share in np.ndenumerate(shares):
        colour = "white" if share > 0.5 else "black"
        text = f"{share:.2f}"
        axis.text(column, row, text, ha="center", va="center", color=colour)
    axis.set(xlabel="predicted", ylabel="label", title=title)


def check_claim_c(bench):
    """The temporal block beats single frames (Ryumina et al.)."""
    datasets = [bench.corpus(config) for config in CORPORA]
    found = {"": {}, "lstm": {}}
    seeds = bench.seeds[:2]  # six runs each
    for temporal, by_corpus in found.items():
        kind = temporal or "frames"
        for seed in seeds:
            print(f"== c_{kind}_{seed}", flush=True)
            made = crossval(
                "tzirakis_recola",
                "leave-one-corpus-out",
                bench.data_dir,
                bench.runs / f"c_{kind}_{seed}",
                datasets,
                overrides={
                    "temporal": temporal,
                    "seed": str(seed),
                    "epochs": "3",
                    "steps_per_epoch": "100",
                },
                report=lambda line: None,
                small=True,
            )
            for dataset in datasets:
                part = dataset.replace("/", "_")
                ccc = made.value("ccc", "mean", part)
                by_corpus.setdefault(dataset, []).append(ccc)
    rows, differences = [], []
    for dataset in datasets:
        pair = [found[t][dataset] for t in ("", "lstm")]
        difference = np.subtract(pair[1], pair[0])
        differences.extend(difference)
        rows.append(
            [
                dataset,
                *(f"{np.mean(values):.3f}" for values in pair),
                interval(difference),
            ]
        )
    means = [np.mean([np.mean(v) for v in found[t].values()]) for t in found]
    rows.append(["mean", *(f"{m:.3f}" for m in means), interval(differences)])
    return f"""## (c) A temporal block beats single frames, across corpora

Ryumina et al., 2022: a recurrent block on top of the image model is better than
the image model alone, on a corpus that neither was trained on.

Tried: `tzirakis_recola --small` with its LSTMs and with none
(`model.temporal`), trained on two of the drawn corpora (3 epochs of 100
updates)
and scored on the third's test split: CCC, mean of valence and arousal, mean
over seeds {" and ".join(map(str, seeds))}.

{table(["held out", "single frames", "LSTM", "difference"], rows)}

Over all corpora and seeds: **{state_verdict(differences)}**. (The corpora share
training people, so their differences are not independent; and neither model
learned to the end in so few updates.)
"""


def check_claim_d(bench):
    """Folding time into the batch against a batch norm per time step."""
    bench.corpus("studio")
    models = {"folded": clip_model, "per step": build_per_step_model}
    averages = {"moved by training": "ccc_moved", "re-estimated": "ccc"}
    found = {pair: [] for pair in itertools.product(models, averages)}
    minutes = {kind: [] for kind in models}
    for seed in bench.seeds:
        for kind, build in models.items():
            run = bench.run(
                f"d_{kind.replace(' ', '_')}_{seed}",
                "tzirakis_recola",
                functools.partial(scored_with_both_averages, build),
                frames=25,
                stride=25,
                batch_size=16,
                loss="ccc_batch",
                epochs=3,
                steps_per_epoch=100,
                seed=seed,
            )
            minutes[kind].append(run.minutes)
            for how, measure in averages.items():
                best = max(row[measure] for row in run.history)
                found[kind, how].append(best)
    rows = [
        [
            *pair,
            *(f"{v:.3f}" for v in values),
            f"{np.mean(values):.3f}",
            f"{np.mean(minutes[pair[0]]):.1f}",
        ]
        for pair, values in found.items()
    ]
    seeds = [f"best CCC, seed {seed}" for seed in bench.seeds]
    head = ["batch norm", "averages", *seeds, "mean", "minutes"]
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
16 a batch, 3 epochs of 100 updates, CCC over all frames of a batch. Each
epoch of a training is scored twice, since its weights do not depend on the
averages: with those that training moved, and re-estimated.

{table(head, rows)}

Folded minus per step, both re-estimated: {interval(kinds)}:
**{state_verdict(kinds)}**. Folded, re-estimated minus moved by training:
{interval(ways)}: **{state_verdict(ways)}**.

The means of the four lie within {np.ptp(means):.3f}; seeds of one and the same
differ by {spread:.3f} (standard deviation, mean of the four).
"""


def scored_with_both_averages(build, recipe, config, data_dir, out, report):
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


def _save(figure, name):
    folder = DOCS / "claims"
    folder.mkdir(parents=True, exist_ok=True)
    figure.tight_layout()
    figure.savefig(folder / name, dpi=80)
    pyplot.close(figure)


CLAIMS = {"a": claim_a, "b": claim_b, "c": check_claim_c, "d": check_claim_d}


def main():
    """Tries the claims and writes the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", default="data")
    parser.add_argument(
        "--runs", type=pathlib.Path, default=pathlib.Path("runs/claims")
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument(
        "--claims", nargs="+", choices=CLAIMS, default=list(CLAIMS)
    )
    args = parser.parse_args()
    bench = Bench(args.data_dir, args.runs, args.seeds)
    texts = []
    for name in args.claims:
        began = time.monotonic()
        texts.append(CLAIMS[name](bench))
        print(f"claim {name}: {(time.monotonic() - began) / 60:.0f} minutes")
    seeds = ", ".join(map(str, args.seeds))
    head = f"""# The papers' claims, tried on drawn faces

Written by `python benchmarks/claims.py`, seeds {seeds}. The faces are drawn
(`synthetic_affect`), so this says what the code and the ideas do where the
truth is known; it says nothing about real people, and nothing about the papers'
own figures. Intervals are 95 % t intervals over seeds, of paired differences;
with three seeds they are wide.
"""
    DOCS.mkdir(exist_ok=True)
    page = "\n".join([head, *texts])
    (DOCS / "claims.md").write_text(page, "utf-8")
    print(DOCS / "claims.md")


if __name__ == "__main__":
    main()
