"""Claim (c): a temporal block beats single frames, across corpora."""

import numpy as np

from drawn_claims.bench import learn_categories
from drawn_claims.bench import name_end
from drawn_claims.statements import describe_longer
from drawn_claims.statements import state_interval
from drawn_claims.statements import state_verdict
from drawn_claims.statements import write_table
from emoaff.training.crossval import crossval

CORPORA = ("studio", "webcam", "street")
EPOCHS = 8
_HARDLY = 0.1  # mean CCC


def try_claim(bench):
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
            state_interval(difference[:, k]),
        ]
        for k, dataset in enumerate(datasets)
    ]
    means = difference.mean(axis=1)
    ends = [f"{values.mean():.3f}" for values in found.values()]
    rows.append(["mean", *ends, state_interval(means)])
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
of the drawn corpora ({EPOCHS} epochs of 100 updates) and scored on the test
split of the third: CCC, mean of valence and arousal, mean over seeds {seeds}.

{write_table(["held out", "single frames", "LSTM", "difference"], rows)}

Mean of the three corpora, over seeds: **{state_verdict(means)}**. (The corpora
share training people, and each is in two of the three trainings, so that the
three are no independent trials; a seed counts once.){remark}

{describe_longer("mean CCC", longer, spread)}
"""


def _leave_corpora_out(bench, datasets, temporal, seed, times=1):
    """CCC on each corpus of a model trained on the others."""
    kind = temporal or "frames"
    end = name_end(seed, times)
    print(f"== c_{kind}_{end}", flush=True)
    made = crossval(
        "tzirakis_recola",
        "leave-one-corpus-out",
        bench.data_dir,
        bench.runs / f"c_{kind}_{end}",
        datasets,
        overrides={
            "temporal": temporal,
            "start": learn_categories(bench, seed),
            "seed": str(seed),
            "frames": "25",
            "stride": "25",
            "batch_size": "12",
            "loss": "ccc_batch",
            "epochs": str(EPOCHS * times),
            "steps_per_epoch": "100",
        },
        report=lambda line: None,
        small=True,
    )
    parts = [dataset.replace("/", "_") for dataset in datasets]
    return np.array([made.value("ccc", "mean", part) for part in parts])
