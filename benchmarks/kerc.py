"""The papers' claims about memory and first weights, on real film clips.

    emoaff prepare kerc2020/clips --manual-dir CORPUS --data-dir data
    python benchmarks/kerc.py --data-dir data --imagenet FILE \
        --out docs/claims_kerc.md

Every row of the table is a cross-validation: 5 folds of blocks of neighbouring
clips, never at random, and heads with different first weights beside each
other, each scored by itself. Image models are not trained further. `--runs`
keeps the answers, so that a row is not computed twice.
"""

import argparse
import dataclasses
import hashlib
import pathlib
import time

import keras
import numpy as np

from emoaff import presets
from emoaff.data.recordings import load_recordings
from emoaff.data.subject_splits import fold_by_subject
from emoaff.metrics.whole_signals import compute_ccc
from emoaff.models import build_backbone
from emoaff.recipes.cnn_lstm_affect import Config
from emoaff.recipes.cnn_lstm_affect import optimizer_of
from emoaff.training.clip_views import average_views
from emoaff.training.clip_views import by_clip
from emoaff.training.clip_views import image_parts
from emoaff.training.clip_views import look_directly
from emoaff.training.clip_views import stack_views
from emoaff.training.cross_validate_heads import cross_validate_heads

FOLDS = 5
DRAWS = 1000
SIZE = 128
STRENGTHS = (100, 1000, 3000, 10000, 30000)
EXPRESSIONS = "expressions (compact_ferplus)"
IMAGENET = "ImageNet (MobileNetV2)"
RANDOM = "random (MobileNetV1)"
RIDGE = "none, ridge on the clip"
ROWS = (
    ("LSTM", EXPRESSIONS, "lstm"),
    ("none", EXPRESSIONS, ""),
    (RIDGE, EXPRESSIONS, "ridge"),
    (RIDGE, IMAGENET, "ridge"),
    (RIDGE, RANDOM, "ridge"),
    ("GRU", EXPRESSIONS, "gru"),
    ("LSTM", IMAGENET, "lstm"),
    ("LSTM", RANDOM, "lstm"),
)


def main() -> None:
    """Makes the table, row by row."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-dir", required=True)
    parser.add_argument("--imagenet", help="MobileNetV2's weight file")
    parser.add_argument("--runs", default="runs/kerc", help="answers, kept")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only", help="rows of this memory: ridge, lstm ...")
    parser.add_argument(
        "--kept", action="store_true", help="write what `--runs` holds already"
    )
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    runs = pathlib.Path(args.runs)
    runs.mkdir(parents=True, exist_ok=True)
    recordings = load_recordings("kerc2020/clips", "train", args.data_dir)
    labels = by_clip(
        recordings, np.stack([recordings.valence, recordings.arousal], axis=1)
    )
    blocks = np.unique(recordings.subjects, return_inverse=True)[1]
    folds = fold_by_subject(recordings.subjects, FOLDS)
    lines, minutes = [], 0.0
    for memory, origin, temporal in ROWS:
        if args.only not in (None, temporal):
            continue
        config = dataclasses.replace(
            Config(), heads=args.seeds, temporal=temporal.replace("ridge", "")
        )
        key = f"{origin} {config} {FOLDS}"
        if temporal == "ridge":
            key = f"{origin} {config.shares} {config.flip} ridge {FOLDS}"
        name = hashlib.sha256(key.encode()).hexdigest()[:12]
        path = runs / f"{name}.npz"
        if not path.is_file():
            if args.kept or (origin == IMAGENET and not args.imagenet):
                continue
            started = time.monotonic()
            features = read_features(recordings, origin, args, config, runs)
            if temporal == "ridge":
                answers = answer_by_ridge(features, labels, folds, blocks)
            else:
                answers = cross_validate_heads(
                    features, labels, config, folds, optimizer_of, print
                )
            spent = (time.monotonic() - started) / 60
            np.savez(path, answers=answers, minutes=spent)
        with np.load(path) as kept:
            answers, spent = kept["answers"], float(kept["minutes"])
        minutes += spent
        lines += rows(memory, origin, answers, labels, blocks, folds)
        write(args.out, lines, minutes, args)
        print("\n".join(lines), flush=True)


def read_features(recordings, origin, args, config, runs):
    """What the image model of a row makes of the clips, kept in `runs`."""
    word = origin.split()[0].lower()
    path = runs / f"features_{word}.npy"
    if not path.is_file():
        keras.utils.set_random_seed(config.seed)
        if word == "imagenet":
            encoder = build_backbone("mobilenet_v2", SIZE, args.imagenet)
        elif word == "random":
            encoder = build_backbone("mobilenet_v1", SIZE)
        else:
            encoder, _ = image_parts(presets.load_preset(config.trunk))
            encoder = look_directly(encoder)
        shown = average_views(encoder, config.size, config.shares)
        np.save(path, stack_views(shown, encoder, recordings, config))
    return np.load(path)


def answer_by_ridge(features, labels, folds, blocks):
    """Ridge regression on mean and spread of a clip's features.

    Returns:
        `(1, clips, frames, 2)`, each frame with the answer of its clip.
    """
    x = features.mean(axis=0)
    x = np.concatenate([np.nanmean(x, axis=1), np.nanstd(x, axis=1)], axis=1)
    y = np.nanmean(labels, axis=1)
    made = np.empty_like(y)
    for rest, held_out in folds:
        inner = fold_by_subject([str(b) for b in blocks[rest]], FOLDS)
        tried = []
        for strength in STRENGTHS:
            guess = np.empty((len(rest), 2))
            for learned, asked in inner:
                guess[asked] = ridge(
                    x[rest[learned]], y[rest[learned]], x[rest[asked]], strength
                )
            tried.append(guess)
        for d in (0, 1):
            r = [np.corrcoef(y[rest, d], t[:, d])[0, 1] for t in tried]
            best = int(np.argmax(r))
            answers = ridge(x[rest], y[rest], x[held_out], STRENGTHS[best])
            # A ridge shrinks what it says; its inner answers tell how much.
            guess, wanted = tried[best][:, d], y[rest, d]
            scale = wanted.std() / guess.std()
            made[held_out, d] = (answers[:, d] - guess.mean()) * scale
            made[held_out, d] += wanted.mean()
    return np.repeat(made[None, :, None], labels.shape[1], axis=2)


def ridge(x, y, asked, strength):
    """Answers `asked` by a ridge regression of standardised `x` on `y`."""
    mean, spread, middle = x.mean(0), x.std(0), y.mean(0)
    spread = spread + 1e-2 * spread.mean()
    x, asked = (x - mean) / spread, (asked - mean) / spread
    weights = np.linalg.solve(
        x @ x.T + strength * np.eye(len(x), dtype=x.dtype), y - middle
    )
    return asked @ x.T @ weights + middle


def rows(memory, origin, answers, labels, blocks, folds):
    """The lines of one cross-validation, with what is done to its answers."""
    known = np.isfinite(labels[..., 0])
    truth = np.nanmean(labels, axis=1)
    count = known.sum(axis=1)[:, None]
    means = [np.where(known[..., None], a, 0).sum(1) / count for a in answers]
    last = [a[np.arange(len(a)), count[:, 0] - 1] for a in answers]
    frame_truth, frame_blocks = labels[known], blocks[np.nonzero(known)[0]]
    made = [
        ("each frame", [a[known] for a in answers]),
        ("smoothed: mean of the clip", means),
        ("the last frame", last),
        (
            "mean of the clip, then centred and scaled",
            [rescaled(m, truth, folds) for m in means],
        ),
        ("mean of the clip and of the seeds", [np.mean(means, axis=0)]),
    ]
    if memory == RIDGE:  # one answer a clip, and one seed
        made = [("of the clip", means)]
    lines = []
    for how, each in made:
        of_frames = len(each[0]) != len(truth)
        given = (frame_truth, frame_blocks) if of_frames else (truth, blocks)
        cells = [cell(*given, each, d) for d in (0, 1)]
        lines.append(f"| {memory} | {origin} | {how} | {' | '.join(cells)} |")
    return lines


def rescaled(answers, truth, folds):
    """Centres and scales as the answers to the other folds ask for."""
    new = np.empty_like(answers)
    for rest, held_out in folds:
        mean, spread = answers[rest].mean(0), answers[rest].std(0)
        wanted = truth[rest].std(0) / spread
        new[held_out] = (answers[held_out] - mean) * wanted
        new[held_out] += truth[rest].mean(0)
    return new


def cell(truth, blocks, answers, d):
    """Mean CCC of the seeds, their spread and an interval over blocks."""
    each = [compute_ccc(truth[:, d], one[:, d]) for one in answers]
    places = [np.flatnonzero(blocks == b) for b in np.unique(blocks)]
    draws = np.random.default_rng(0).integers(
        len(places), size=(DRAWS, len(places))
    )
    scores = []
    for drawn in draws:
        kept = np.concatenate([places[i] for i in drawn])
        scores.append(
            np.mean([compute_ccc(truth[kept, d], a[kept, d]) for a in answers])
        )
    low, high = np.percentile(scores, [2.5, 97.5])
    spread = f" ± {np.std(each, ddof=1):.3f}" if len(each) > 1 else ""
    return f"{np.mean(each):.3f}{spread} ({low:.3f} to {high:.3f})"


def write(out, lines, minutes, args):
    """Writes the page with the rows that there are."""
    text = f"""# Claims on real film clips (KERC 2020)

502 clips of Korean films with one rating each, {FOLDS} folds by blocks of 12
neighbouring clips, {args.seeds} seeds. CCC over all out-of-fold answers: the
mean of the seeds ± their standard deviation, and the 95 % interval of that mean
over {DRAWS} draws of blocks.
Each face is seen whole and without its margins (.9 and .8 of its width); the
features are averaged. Image models are frozen, since training them on would
take days on two cores: the rows of first weights compare features, not
fine-tuning. "None" has a dense layer in the place of the memory and sees each
frame by itself; "ridge" sees mean and spread of all frames of a clip at once,
so it cannot be run as a video goes on. Settings were chosen on the same clips,
in a handful of tries, so the best row is slightly flattered. Rows that the
script knows and this table lacks were not computed yet. Made by
`python benchmarks/kerc.py` in {minutes:.0f} minutes beside other work.

| memory | first weights of the image model | answer | valence | arousal |
|---|---|---|---|---|
"""
    pathlib.Path(out).write_text(text + "\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
