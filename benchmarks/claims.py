"""Tries the papers' claims on drawn faces and writes docs/claims.md.

    python benchmarks/claims.py --data-dir data --runs runs/claims

Builds the drawn corpora where they are missing, trains every run of every
claim (each is resumable, and a finished one is read), and writes what came
out, whatever it is, with the seeds used. `--claims a b` does some only, and
leaves the page's other sections as they are. Needs matplotlib. Four to five
hours of one core; seeds and claims can be trained side by side, and a last call
reads them all.

Each claim has a number of epochs. Whether that is enough is measured too: with
the first seed, every kind is trained once more with twice as many.
"""

import argparse
import csv
import dataclasses
import functools
import itertools
import json
import pathlib
import re
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
# Epochs of each claim; `before` is what comes before claim (a).
EPOCHS = types.SimpleNamespace(before=12, a=12, b=40, c=8, d=6)
DOCS = pathlib.Path(__file__).parents[1] / "docs"
_HARDLY = 0.1  # mean CCC
HEAD = """# The papers' claims, tried on drawn faces

Written by `python benchmarks/claims.py`. The faces are drawn
(`synthetic_affect`), so this says what the code and the ideas do where the
truth is known; it says nothing about real people, and nothing about the papers'
own figures. Intervals are 95 % t intervals over seeds, of paired differences.
A verdict stands only where the interval leaves 0 out.
"""


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


def describe_longer(measure, longer, spread):
    """Whether twice as many epochs give more, as a paragraph.

    Args:
        measure: What is compared.
        longer: For each kind, its figure with the first seed, and that with
            twice as many epochs.
        spread: For each kind, its figures of all seeds.
    """
    # Of the difference of two trainings.
    deviation = 2**0.5 * np.mean([np.std(x, ddof=1) for x in spread.values()])
    shown = "; ".join(
        f"{kind} {once:.3f}, then {twice:.3f}"
        for kind, (once, twice) in longer.items()
    )
    gains = [twice - once for once, twice in longer.values()]
    reached = (
        "so that all of them were at their plateau"
        if max(gains) <= deviation
        else "so that not all of them were at their plateau"
    )
    return (
        f"Twice as many epochs, first seed, {measure}: {shown}. Two trainings "
        "that differ by their seed alone are "
        f"{deviation:.3f} apart (standard deviation), {reached}."
    )


def table(head, rows):
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def claim_a(bench):
    """Pre-training on categories, then fine-tuning (Tzirakis et al.)."""
    bench.corpus("webcam")
    curves, ends, first = {"random": [], "categories": []}, [], []
    for seed in bench.seeds:
        for kind, each in curves.items():
            each.append(_train_from(bench, kind, seed))
        best = [max(each[-1]) for each in curves.values()]
        ends.append(best[1] - best[0])
        first.append(curves["categories"][-1][0] - curves["random"][-1][0])
    longer = {
        kind: (max(each[0]), max(_train_from(bench, kind, bench.seeds[0], 2)))
        for kind, each in curves.items()
    }
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
    spread = {k: [max(curve) for curve in each] for k, each in curves.items()}
    return f"""## (a) Pre-training on categories helps valence and arousal

Tzirakis et al., 2021: weights that learned emotion categories first end higher
on valence and arousal than random ones, and get there in fewer epochs.

Tried: `tzirakis_realeyes --small` on the corpus `realeyes` ({EPOCHS.before}
epochs of 120 updates), then `tzirakis_recola --small` on the corpus `webcam`,
which is another style with other people, windows of 25 frames, 16 a batch, CCC
over all frames of a batch, {EPOCHS.a} epochs of 120 updates from either start.

{table(["start", *seeds, f"epochs to {level:.2f}"], rows)}

Difference of the best epoch: {interval(ends)}: **{state_verdict(ends)}**. After
the first epoch: {interval(first)}: **{state_verdict(first)}**.

{describe_longer("CCC", longer, spread)}

![validation CCC by epoch](claims/claim_a.png)
"""


def _train_from(bench, start, seed, times=1):
    """Validation CCC of each epoch, from one start; epochs `times` so many."""
    before = ""
    if start == "categories":
        before = _learn_categories(bench, seed)
    made = bench.run(
        f"a_{start}_{_name_end(seed, times)}",
        "tzirakis_recola",
        dataset="synthetic_affect/webcam",
        start=before,
        frames=25,
        stride=25,
        batch_size=16,
        loss="ccc_batch",
        seed=seed,
        epochs=EPOCHS.a * times,
        steps_per_epoch=120,
    )
    return [row["ccc"] for row in made.history]


def _learn_categories(bench, seed):
    """A run that has learned categories, to start others from; its folder."""
    bench.corpus("realeyes")
    name = f"a_before_{seed}"
    bench.run(
        name,
        "tzirakis_realeyes",
        seed=seed,
        epochs=EPOCHS.before,
        patience=0,
        steps_per_epoch=120,
    )
    return str(bench.runs / name)


def _name_end(seed, times):
    return f"{seed}" if times == 1 else f"{seed}_times_{times}"


def _find_first_over(curve, level):
    over = [k for k, v in enumerate(curve, start=1) if v >= level]
    return over[0] if over else None


def claim_b(bench):
    """Balancing raises UAR and macro F1 (Rangulov and Fahim)."""
    corpus = bench.corpus("realeyes")

    def train(balance, seed, times):
        return bench.run(
            f"b_{balance}_{_name_end(seed, times)}",
            "emoaffectnet_static",
            dataset=corpus,
            balance=balance,
            seed=seed,
            epochs=EPOCHS.b * times,
        )

    # Cheap enough to try every seed with twice as many epochs.
    found = {
        (balance, times): [train(balance, seed, times) for seed in bench.seeds]
        for balance in ("none", "classes")
        for times in (1, 2)
    }
    rows, lines, plateau = [], [], []
    for measure in ("uar", "macro_f1", "accuracy"):
        each = {
            kind: np.array([value(run.scores, measure) for run in runs])
            for kind, runs in found.items()
        }
        for (balance, times), values in each.items():
            most = EPOCHS.b * times
            shown = (f"{v:.3f}" for v in values)
            rows.append([measure, balance, most, *shown])
        for times in (1, 2):
            difference = each["classes", times] - each["none", times]
            lines.append(
                f"- {measure}, at most {EPOCHS.b * times} epochs: "
                f"{interval(difference)}: **{state_verdict(difference)}**"
            )
        gains = "; ".join(
            f"{balance} {interval(each[balance, 2] - each[balance, 1])}"
            for balance in ("none", "classes")
        )
        plateau.append(f"- {measure}: {gains}")
    ends = [len(run.history) for runs in found.values() for run in runs]
    ended = all(
        len(run.history) < EPOCHS.b * times
        for (_, times), runs in found.items()
        for run in runs
    )
    figure, axes = pyplot.subplots(1, 2, figsize=(10, 4.4))
    titles = {"none": "as the corpus is", "classes": "classes drawn alike"}
    for axis, (balance, title) in zip(axes, titles.items(), strict=True):
        confusion = found[balance, 2][0].scores["confusion"]
        _confusion(axis, confusion, title)
    _save(figure, "claim_b.png")
    seeds = [f"seed {seed}" for seed in bench.seeds]
    head = ["measure", "balance", "at most", *seeds]
    return f"""## (b) Balancing raises UAR and macro F1

Rangulov and Fahim, 2020: a model trained on an unbalanced set overfits to its
frequent classes, as confusion matrices show; balancing mends it.

Tried: `emoaffectnet_static --small` on the corpus `realeyes`, whose classes
are as unbalanced as RealEyes's, with its pictures drawn as they are and with
classes drawn alike; scored on validation. An epoch has 200 updates. Six
without a better UAR end a training, and its best epoch is kept; the learning
rate falls to nothing at {EPOCHS.b} epochs or at {EPOCHS.b * 2}, the most that
there can be.

{table(head, rows)}

Balanced minus unbalanced:

{chr(10).join(lines)}

Whether that was long enough: trainings took {min(ends)} to {max(ends)} epochs,
and {"all" if ended else "not all"} stopped because UAR no longer rose. What
a learning rate that falls half as fast adds:

{chr(10).join(plateau)}

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
    found = {
        temporal: np.array(
            [
                _leave_corpora_out(bench, datasets, temporal, seed)
                for seed in bench.seeds
            ]
        )
        for temporal in ("", "lstm")
    }  # each (seeds, corpora)
    longer = {
        temporal or "single frames": (
            values[0].mean(),
            _leave_corpora_out(
                bench, datasets, temporal, bench.seeds[0], 2
            ).mean(),
        )
        for temporal, values in found.items()
    }
    difference = found["lstm"] - found[""]
    rows = [
        [
            dataset,
            *(f"{values[:, k].mean():.3f}" for values in found.values()),
            interval(difference[:, k]),
        ]
        for k, dataset in enumerate(datasets)
    ]
    means = difference.mean(axis=1)
    ends = [f"{values.mean():.3f}" for values in found.values()]
    rows.append(["mean", *ends, interval(means)])
    spread = {kind: values.mean(axis=1) for kind, values in found.items()}
    seeds = ", ".join(map(str, bench.seeds))
    remark = ""
    if max(values.mean() for values in found.values()) < _HARDLY:
        remark = (
            " Hardly anything of either carries over to a corpus that it was "
            "not trained on, so this is a difference between two models of "
            "little use."
        )
    return f"""## (c) A temporal block beats single frames, across corpora

Ryumina et al., 2022: a recurrent block on top of the image model is better than
the image model alone, on a corpus that neither was trained on.

Tried: `tzirakis_recola --small` with its LSTMs and with none
(`model.temporal`), both from weights that learned categories, as in (a),
windows of 25 frames, 12 a batch, CCC over all frames of a batch, trained on two
of the drawn corpora ({EPOCHS.c} epochs of 100 updates) and scored on the test
split of the third: CCC, mean of valence and arousal, mean over seeds {seeds}.

{table(["held out", "single frames", "LSTM", "difference"], rows)}

Mean of the three corpora, over seeds: **{state_verdict(means)}**. (The corpora
share training people, and each is in two of the three trainings, so that the
three are no independent trials; a seed counts once.){remark}

{describe_longer("mean CCC", longer, spread)}
"""


def _leave_corpora_out(bench, datasets, temporal, seed, times=1):
    """CCC on each corpus of a model trained on the others."""
    kind = temporal or "frames"
    end = _name_end(seed, times)
    print(f"== c_{kind}_{end}", flush=True)
    made = crossval(
        "tzirakis_recola",
        "leave-one-corpus-out",
        bench.data_dir,
        bench.runs / f"c_{kind}_{end}",
        datasets,
        overrides={
            "temporal": temporal,
            "start": _learn_categories(bench, seed),
            "seed": str(seed),
            "frames": "25",
            "stride": "25",
            "batch_size": "12",
            "loss": "ccc_batch",
            "epochs": str(EPOCHS.c * times),
            "steps_per_epoch": "100",
        },
        report=lambda line: None,
        small=True,
    )
    parts = [dataset.replace("/", "_") for dataset in datasets]
    return np.array([made.value("ccc", "mean", part) for part in parts])


def check_claim_d(bench):
    """Folding time into the batch against a batch norm per time step."""
    bench.corpus("studio")
    models = {"folded": clip_model, "per step": build_per_step_model}
    averages = {"moved by training": "ccc_moved", "re-estimated": "ccc"}
    found = {pair: [] for pair in itertools.product(models, averages)}
    minutes = {kind: [] for kind in models}

    def train(kind, seed, times=1):
        end = _name_end(seed, times)
        return bench.run(
            f"d_{kind.replace(' ', '_')}_{end}",
            "tzirakis_recola",
            functools.partial(scored_with_both_averages, models[kind]),
            frames=25,
            stride=25,
            batch_size=16,
            loss="ccc_batch",
            epochs=EPOCHS.d * times,
            steps_per_epoch=100,
            seed=seed,
        )

    def find_best(run, measure):
        return max(row[measure] for row in run.history)

    for seed, kind in itertools.product(bench.seeds, models):
        run = train(kind, seed)
        minutes[kind].append(run.minutes)
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
16 a batch, {EPOCHS.d} epochs of 100 updates, CCC over all frames of a batch.
Each epoch of a training is scored twice, since its weights do not depend on the
averages: with those that training moved, and re-estimated.

{table(head, rows)}

Folded minus per step, both re-estimated: {interval(kinds)}:
**{state_verdict(kinds)}**. Folded, re-estimated minus moved by training:
{interval(ways)}: **{state_verdict(ways)}**.

The means of the four lie within {np.ptp(means):.3f}; seeds of one and the same
differ by {spread:.3f} (standard deviation, mean of the four).

{describe_longer("CCC re-estimated", longer, _pick(found, "re-estimated"))}
"""


def _pick(found, how):
    return {kind: each for (kind, way), each in found.items() if way == how}


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
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    parser.add_argument(
        "--claims", nargs="+", choices=CLAIMS, default=list(CLAIMS)
    )
    args = parser.parse_args()
    bench = Bench(args.data_dir, args.runs, args.seeds)
    page = DOCS / "claims.md"
    made = {}
    for name in args.claims:
        began = time.monotonic()
        made[name] = CLAIMS[name](bench)
        print(f"claim {name}: {(time.monotonic() - began) / 60:.0f} minutes")
    DOCS.mkdir(exist_ok=True)
    # Read now: others may have been written in the meantime.
    sections = _read_sections(page) | made
    texts = [sections[name] for name in CLAIMS if name in sections]
    page.write_text("\n".join([HEAD, *texts]), "utf-8")
    print(page)


def _read_sections(page):
    """The sections of the page as it is, by the letters of their claims."""
    if not page.is_file():
        return {}
    _, *texts = re.split(r"^(?=## \()", page.read_text("utf-8"), flags=re.M)
    return {text[4]: text.rstrip("\n") + "\n" for text in texts}


if __name__ == "__main__":
    main()
