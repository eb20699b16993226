"""The papers' claims about memory and first weights, on real film clips.

    emoaff prepare kerc2020/clips --manual-dir CORPUS --data-dir data
    python benchmarks/kerc.py --data-dir data --imagenet FILE \
        --imagenet-resnet FILE --out docs/claims_kerc.md

Every row is a cross-validation: 5 folds of blocks of neighbouring clips, never
at random, and heads with different first weights beside each other, each scored
by itself. In the first table image models stay as they are; in the second they
are trained on. `--runs` keeps the answers, so that nothing is computed twice.
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
from emoaff.presets import folder
from emoaff.presets.feature_model import build_feature_model
from emoaff.presets.features import LAYER
from emoaff.recipes.cnn_lstm_affect import Config
from emoaff.recipes.cnn_lstm_affect import optimizer_of
from emoaff.training import upper_tuning
from emoaff.training.clip_views import add_layers
from emoaff.training.clip_views import average_views
from emoaff.training.clip_views import by_clip
from emoaff.training.clip_views import image_parts
from emoaff.training.clip_views import look_directly
from emoaff.training.clip_views import stack_views
from emoaff.training.clip_views import view_features
from emoaff.training.cross_validate_heads import cross_validate_heads
from emoaff.training.cross_validate_heads import train_heads

FOLDS = 5
DRAWS = 1000
STRENGTHS = (100, 1000, 3000, 10000, 30000)
EXPRESSIONS = "expressions (compact_ferplus)"
IMAGENET = "ImageNet (MobileNetV2)"
RANDOM = "random (MobileNetV1)"
INNER = "expressions, with inner layers (compact_ferplus)"
RESNET_EXPRESSIONS = "expressions (resnet50_ferplus)"
RESNET_IMAGENET = "ImageNet (ResNet-50)"
RESNET_RANDOM = "random (ResNet-50)"
# Backbone and side in pixels; a preset has its own.
SIDES = {
    IMAGENET: ("mobilenet_v2", 128),
    RANDOM: ("mobilenet_v1", 128),
    RESNET_IMAGENET: ("resnet50", 80),
    RESNET_RANDOM: ("resnet50", 80),
}
# A ResNet-50 is slow: one view instead of three.
RESNET_SHARES = (0.9,)
RIDGE = "none, ridge on the clip"
BOTH = "LSTM and GRU"
ROWS = (
    ("LSTM", EXPRESSIONS, "lstm"),
    ("none", EXPRESSIONS, ""),
    (RIDGE, EXPRESSIONS, "ridge"),
    ("GRU", EXPRESSIONS, "gru"),
    (BOTH, INNER, "lstm+gru"),
    (RIDGE, INNER, "ridge"),
    ("LSTM", IMAGENET, "lstm"),
    (RIDGE, IMAGENET, "ridge"),
    ("LSTM", RANDOM, "lstm"),
    (RIDGE, RANDOM, "ridge"),
    ("LSTM", RESNET_EXPRESSIONS, "lstm"),
    ("none", RESNET_EXPRESSIONS, ""),
    (RIDGE, RESNET_EXPRESSIONS, "ridge"),
    ("GRU", RESNET_EXPRESSIONS, "gru"),
    ("LSTM", RESNET_IMAGENET, "lstm"),
    (RIDGE, RESNET_IMAGENET, "ridge"),
    ("LSTM", RESNET_RANDOM, "lstm"),
    (RIDGE, RESNET_RANDOM, "ridge"),
)
BASE = Config(layers=(), temporal="lstm")
TUNED_HEADS = 2  # of each seed, on one image model
# Seeds, and the layer up to which the image model stays as it is.
TUNED = {
    EXPRESSIONS: (3, "dw12_relu"),
    IMAGENET: (1, "block_13_depthwise_relu"),
    RANDOM: (1, "dw12_relu"),
}


def main() -> None:
    """Makes the tables, row by row."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-dir", required=True)
    parser.add_argument("--imagenet", help="MobileNetV2's weight file")
    parser.add_argument("--imagenet-resnet", help="ResNet-50's weight file")
    parser.add_argument("--runs", default="runs/kerc", help="answers, kept")
    parser.add_argument("--seeds", type=int, default=6)
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
    lines, tuned, minutes = [], [], 0.0
    for memory, origin, temporal in ROWS:
        if args.only not in (None, temporal) or cannot_build(origin, args):
            continue
        config = dataclasses.replace(
            BASE,
            heads=args.seeds * len(temporal.split("+")),
            temporal=temporal.replace("ridge", ""),
        )
        of_heads = "ridge" if temporal == "ridge" else config
        path = runs / f"{name_of(origin, of_heads)}.npz"
        if not path.is_file():
            if args.kept:
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
        if memory == BOTH:  # heads take turns
            for number, word in enumerate(memory.split(" and ")):
                given = (answers[number::2], labels, blocks, folds)
                lines += rows(word, origin, *given)
        lines += rows(memory, origin, answers, labels, blocks, folds)
        write(args, lines, tuned, minutes)
    for origin in TUNED:
        if args.only not in (None, "tuned") or cannot_build(origin, args):
            continue
        seeds, share, spent = tune_seeds(
            recordings, labels, folds, origin, args, runs
        )
        minutes += spent
        if seeds:
            frozen, trained = np.concatenate(seeds, axis=1)
            both = (frozen + trained) / 2
            for state, answers in (
                ("frozen", frozen),
                ("trained on", trained),
                ("mean of both", both),
            ):
                what = f"{origin}, seeds: {len(seeds)}, {share:.0%} of weights"
                tuned += rows(what, state, answers, labels, blocks, folds)
            write(args, lines, tuned, minutes)


def cannot_build(origin, args):
    """Whether a weight file that a row asks for was not given."""
    files = {IMAGENET: args.imagenet, RESNET_IMAGENET: args.imagenet_resnet}
    return not (args.kept or files.get(origin, "none needed"))


def name_of(origin, *more):
    """Names what is kept of a row, by all that it depends on."""
    preset = {
        EXPRESSIONS: Config().trunk,
        INNER: Config().trunk,
        RESNET_EXPRESSIONS: "resnet50_ferplus",
    }.get(origin)
    if preset:
        config = folder.read_config(preset)
        more = (config["weights"]["sha256"], *more)
    key = " ".join(map(str, (origin, FOLDS, *more)))
    word = "".join(c for c in origin.lower() if c.isalnum())
    return f"{word}_{hashlib.sha256(key.encode()).hexdigest()[:8]}"


def tune_seeds(recordings, labels, folds, origin, args, runs):
    """Answers of frozen and of trained image models, fold by fold.

    Returns:
        A list of float32 `(2, heads, clips, frames, 2)`, one for each seed of
        which all folds are there; the share of the image model's weights that
        learn; and the minutes that it took.
    """
    count, cut = TUNED[origin]
    maps = None
    seeds, share, minutes = [], np.nan, 0.0
    for seed in range(count):
        config = dataclasses.replace(BASE, heads=TUNED_HEADS, seed=seed)
        settings = upper_tuning.Settings(seed=seed)
        whole = np.full((2, TUNED_HEADS, *labels.shape), np.nan, np.float32)
        for number, (rest, held_out) in enumerate(folds):
            key = (config, settings, cut, number)
            path = runs / f"tuned_{name_of(origin, *key)}.npz"
            if not path.is_file() and args.kept:
                break
            if not path.is_file():
                if maps is None:
                    lower, upper = cut_model(origin, cut, args)
                    maps = read_maps(recordings, origin, lower, config, runs)
                    features = read_out(upper, maps, recordings, config)
                started = time.monotonic()
                heads, seen = train_heads(
                    features[:, rest], labels[rest], config, optimizer_of
                )
                scaling = seen.mean, seen.deviation
                learned, asked = (
                    upper_tuning.MappedClips(
                        maps, len(config.shares), labels, numbers
                    )
                    for numbers in (rest, held_out)
                )
                trained = keras.models.clone_model(upper)
                trained.set_weights(upper.get_weights())
                given = (trained, heads, scaling)
                before = upper_tuning.answer_from_maps(*given, asked)
                upper_tuning.tune_upper(*given, learned, settings, print)
                after = upper_tuning.answer_from_maps(*given, asked)
                spent = (time.monotonic() - started) / 60
                share = upper.count_params() / (
                    upper.count_params() + lower.count_params()
                )
                np.savez(
                    path, answers=[before, after], minutes=spent, share=share
                )
                print(f"{origin}, seed {seed}, fold {number}", flush=True)
            with np.load(path) as kept:
                whole[:, :, held_out] = kept["answers"]
                minutes += float(kept["minutes"])
                share = float(kept["share"])
        else:
            seeds.append(whole)
    return seeds, share, minutes


def cut_model(origin, cut, args):
    """The image model of a row in two, see `upper_tuning.cut_encoder`."""
    keras.utils.set_random_seed(0)
    encoder = build_encoder(origin, args)
    if origin == RANDOM:
        even_out(encoder)
    return upper_tuning.cut_encoder(encoder, cut)


def even_out(encoder):
    """Gives what each random layer makes of noise a deviation of 1, in place.

    Without batch norms maps shrink from layer to layer, until 16 bits hold
    nothing but zeros and an update of the weights is larger than they are.

    References:
        - [Mishkin and Matas, 2016](https://arxiv.org/abs/1511.06422)
    """
    shape = (8, *encoder.input_shape[1:])
    noise = np.random.default_rng(0).uniform(0, 255, shape)
    for layer in encoder.layers:
        if layer.weights:
            until = keras.Model(encoder.input, layer.output)
            spread = np.std(until(noise.astype("float32")))
            kernel, *others = layer.get_weights()
            layer.set_weights([kernel / spread, *others])


def read_maps(recordings, origin, lower, config, runs):
    """What the lower layers make of all views, kept in `runs`."""
    path = runs / f"maps_{name_of(origin, lower.output.shape)}.npy"
    if not path.is_file():
        np.save(path, upper_tuning.view_maps(lower, recordings, config))
    return np.load(path, mmap_mode="r")


def read_out(upper, maps, recordings, config):
    """Features of maps as heads learn from them, see `stack_views`."""
    views = [
        np.concatenate(
            [
                upper(view[start : start + 128].astype("float32")).numpy()
                for start in range(0, len(recordings), 128)
            ]
        )
        for view in maps
    ]
    shown = len(config.shares)
    views = [np.mean(views[:shown], axis=0), *views[shown:]]
    return np.stack([by_clip(recordings, view) for view in views])


def read_features(recordings, origin, args, config, runs):
    """What the image model of a row makes of the clips, kept in `runs`."""
    path = runs / f"features_{name_of(origin)}.npy"
    if not path.is_file():
        keras.utils.set_random_seed(config.seed)
        encoder = build_encoder(origin, args)
        # The first two are seen as the preset with a memory sees them.
        if origin in (EXPRESSIONS, INNER):
            shown = average_views(encoder, config.size, config.shares)
            made = stack_views(shown, encoder, recordings, config)
        else:
            is_slow = "resnet" in origin.lower()
            shares = RESNET_SHARES if is_slow else config.shares
            views = view_features(encoder, recordings, shares, flip=True)
            views = [views[::2].mean(axis=0), *views]  # first without mirrors
            made = np.stack([by_clip(recordings, view) for view in views])
        np.save(path, made)
    return np.load(path)


def build_encoder(origin, args):
    """The image model of a row: pictures of faces to features."""
    if origin in (EXPRESSIONS, INNER):
        preset = presets.load_preset(Config().trunk)
        encoder = look_directly(image_parts(preset)[0])
        layers = Config().layers if origin == INNER else ()
        return add_layers(encoder, layers)
    if origin == RESNET_EXPRESSIONS:
        preset = presets.load_preset("resnet50_ferplus")
        return build_feature_model(preset.model, LAYER)
    weights = {IMAGENET: args.imagenet, RESNET_IMAGENET: args.imagenet_resnet}
    backbone, side = SIDES[origin]
    return build_backbone(backbone, side, weights.get(origin))


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


def write(args, lines, tuned, minutes):
    """Writes the page with the rows that there are."""
    head = "| memory | first weights of the image model | answer "
    second = "| first weights of the image model | image model | answer "
    of_measures = "| valence | arousal |\n|---|---|---|---|---|\n"
    text = f"""# Claims on real film clips (KERC 2020)

502 clips of Korean films with one rating each, {FOLDS} folds by blocks of 12
neighbouring clips. CCC over all out-of-fold answers: the mean of the seeds ±
their standard deviation, and the 95 % interval of that mean over {DRAWS} draws
of blocks. Settings were chosen on the same clips, in a handful of tries, so the
best rows are slightly flattered. Rows that the script knows and this page
lacks were not computed yet. Made by `python benchmarks/kerc.py` in
{minutes:.0f} minutes beside other work.

## Image models as they are

{args.seeds} seeds. Each face is seen whole and without its margins (.9 and .8
of its width; by a ResNet-50, which is slow, .9 alone), and the features are
averaged. MobileNets see 128 pixels and ResNets 80, as the presets do.
"With inner layers": the means of the maps of {" and ".join(Config().layers)}
beside the features; its LSTMs and GRUs together are what `cnn_lstm_affect` is.
"None" has a dense layer in the place of the memory and sees each frame by
itself; "ridge" sees mean and spread of all frames of a clip at once, so it
cannot be run as a video goes on.

{head}{of_measures}"""
    text += "\n".join(lines) + "\n"
    if tuned:
        epochs = upper_tuning.Settings().epochs
        text += f"""
## Image models trained on

LSTMs, {TUNED_HEADS} beside each other for each seed, learn on features as
above. Then they and the upper layers of the image model are
trained on together for {epochs} epochs on the clips of the other folds, by the
same concordance loss, with views and mirror drawn, the image model at a small
rate and its batch norms frozen; nothing is chosen on the fold that is scored.
The layers up to its maps of 4 x 4 stay as they are, also the random ones, which
are evened out here so that they can be trained on (and so another network than
above); to train on those from 8 x 8 too would take four times as long. "Mean of
both" averages what the heads say before and after.

{second}{of_measures}"""
        text += "\n".join(tuned) + "\n"
    pathlib.Path(args.out).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
