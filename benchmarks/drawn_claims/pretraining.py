"""Claim (a): pre-training on categories helps valence and arousal."""

import numpy as np
from matplotlib import pyplot

from drawn_claims.bench import CATEGORY_EPOCHS
from drawn_claims.bench import learn_categories
from drawn_claims.bench import name_end
from drawn_claims.statements import describe_longer
from drawn_claims.statements import save_figure
from drawn_claims.statements import state_interval
from drawn_claims.statements import state_verdict
from drawn_claims.statements import write_table

EPOCHS = 24


def try_claim(bench):
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
    save_figure(figure, "claim_a.png")
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

Tried: `tzirakis_realeyes --small` on the corpus `realeyes` ({CATEGORY_EPOCHS}
epochs of 120 updates), then `tzirakis_recola --small` on the corpus `webcam`,
which is another style with other people, windows of 25 frames, 16 a batch, CCC
over all frames of a batch, {EPOCHS} epochs of 120 updates from either start.

{write_table(["start", *seeds, f"epochs to {level:.2f}"], rows)}

Difference of the best epoch: {state_interval(ends)}:
**{state_verdict(ends)}**. After the first epoch: {state_interval(first)}:
**{state_verdict(first)}**.

{describe_longer("CCC", longer, spread)}

![validation CCC by epoch](claims/claim_a.png)
"""


def _train_from(bench, start, seed, times=1):
    """Validation CCC of each epoch, from one start; epochs `times` so many."""
    before = ""
    if start == "categories":
        before = learn_categories(bench, seed)
    made = bench.run(
        f"a_{start}_{name_end(seed, times)}",
        "tzirakis_recola",
        dataset="synthetic_affect/webcam",
        start=before,
        frames=25,
        stride=25,
        batch_size=16,
        loss="ccc_batch",
        seed=seed,
        epochs=EPOCHS * times,
        steps_per_epoch=120,
    )
    return [row["ccc"] for row in made.history]


def _find_first_over(curve, level):
    over = [k for k, v in enumerate(curve, start=1) if v >= level]
    return over[0] if over else None
