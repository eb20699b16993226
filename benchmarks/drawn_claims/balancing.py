"""Claim (b): balancing raises UAR and macro F1."""

import numpy as np
from matplotlib import pyplot

from drawn_claims.bench import find_score
from drawn_claims.bench import name_end
from drawn_claims.statements import save_figure
from drawn_claims.statements import state_interval
from drawn_claims.statements import state_verdict
from drawn_claims.statements import write_table

EPOCHS = 40


def try_claim(bench):
    """Balancing raises UAR and macro F1 (Rangulov and Fahim)."""
    corpus = bench.corpus("realeyes")

    def train(balance, seed, times):
        return bench.run(
            f"b_{balance}_{name_end(seed, times)}",
            "emoaffectnet_static",
            dataset=corpus,
            balance=balance,
            seed=seed,
            epochs=EPOCHS * times,
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
            kind: np.array([find_score(run.scores, measure) for run in runs])
            for kind, runs in found.items()
        }
        for (balance, times), values in each.items():
            most = EPOCHS * times
            shown = (f"{v:.3f}" for v in values)
            rows.append([measure, balance, most, *shown])
        for times in (1, 2):
            difference = each["classes", times] - each["none", times]
            lines.append(
                f"- {measure}, at most {EPOCHS * times} epochs: "
                f"{state_interval(difference)}: **{state_verdict(difference)}**"
            )
        gains = "; ".join(
            f"{balance} {state_interval(each[balance, 2] - each[balance, 1])}"
            for balance in ("none", "classes")
        )
        plateau.append(f"- {measure}: {gains}")
    ends = [len(run.history) for runs in found.values() for run in runs]
    ended = all(
        len(run.history) < EPOCHS * times
        for (_, times), runs in found.items()
        for run in runs
    )
    figure, axes = pyplot.subplots(1, 2, figsize=(10, 4.4))
    titles = {"none": "as the corpus is", "classes": "classes drawn alike"}
    for axis, (balance, title) in zip(axes, titles.items(), strict=True):
        confusion = found[balance, 2][0].scores["confusion"]
        _draw_confusion(axis, confusion, title)
    save_figure(figure, "claim_b.png")
    seeds = [f"seed {seed}" for seed in bench.seeds]
    head = ["measure", "balance", "at most", *seeds]
    return f"""## (b) Balancing raises UAR and macro F1

Rangulov and Fahim, 2020: a model trained on an unbalanced set overfits to its
frequent classes, as confusion matrices show; balancing mends it.

Tried: `emoaffectnet_static --small` on the corpus `realeyes`, whose classes
are as unbalanced as RealEyes's, with its pictures drawn as they are and with
classes drawn alike; scored on validation. An epoch has 200 updates. Six
without a better UAR end a training, and its best epoch is kept; the learning
rate falls to nothing at {EPOCHS} epochs or at {EPOCHS * 2}, the most that
there can be.

{write_table(head, rows)}

Balanced minus unbalanced:

{chr(10).join(lines)}

Whether that was long enough: trainings took {min(ends)} to {max(ends)} epochs,
and {"all" if ended else "not all"} stopped because UAR no longer rose. What
a learning rate that falls half as fast adds:

{chr(10).join(plateau)}

![confusion matrices of the first seed](claims/claim_b.png)
"""


def _draw_confusion(axis, confusion, title):
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
