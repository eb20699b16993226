"""Trains a recipe several times, each time scored on what it never saw."""

import dataclasses
import json
import math
import os
import pathlib

import numpy as np

from emoaff import corpora
from emoaff import presets
from emoaff.data.joined_recordings import joined
from emoaff.data.recordings import Recordings
from emoaff.data.recordings import load_recordings
from emoaff.data.subject_splits import fold_by_subject
from emoaff.data.subject_splits import leave_one_subject_out
from emoaff.data.subject_splits import split_by_subject
from emoaff.evaluation.preset_scoring import evaluate_recordings
from emoaff.evaluation.scores import ScoreRow
from emoaff.evaluation.scores import ScoreTable
from emoaff.training import recipe_lookup
from emoaff.training import run_log
from emoaff.training.clip_splits import join_corpora
from emoaff.training.clip_splits import map_split
from emoaff.training.corpus_lists import split_datasets
from emoaff.training.recipe_run import open_run
from emoaff.training.recipe_run import run_recipe

_PER_CLASS = ("recall", "precision", "f1")
PROTOCOLS = ("leave-one-corpus-out", "leave-one-subject-out", "k-fold")


@dataclasses.dataclass(frozen=True)
class Fold:
    """One training of a cross-validation.

    Args:
        name: What is held out; the name of its folder.
        training: Frames to learn from.
        validation: Frames that decide which epoch is best.
        held_out: Frames to score on.
        facts: What to say of it: classes left out and the like.
        dataset: A corpus that is trained on, whose crops the preset asks for.
    """

    name: str
    training: Recordings
    validation: Recordings
    held_out: Recordings
    facts: dict
    dataset: str


def crossval(
    recipe: str,
    protocol: str,
    data_dir: str | os.PathLike,
    out: str | os.PathLike,
    datasets: list[str] | None = None,
    folds: int = 5,
    overrides: dict[str, str] | None = None,
    report=print,
    small: bool = False,
) -> ScoreTable:
    """Cross-validates a recipe.

    - `"leave-one-corpus-out"`: for each corpus, trains on the others' training
      splits, chooses the epoch on the others' validation splits (a fifth of
      the people of a corpus that has none), and scores on the corpus's test
      split, or validation, or all of it, whatever it has first. Classes
      are those of the recipe's `label_space`; what a corpus lacks or has
      beside them is stated.
    - `"leave-one-subject-out"` and `"k-fold"`: over the people of all splits
      of the corpora. A tenth of the other people chooses the epoch.

    Each fold is a run in a folder of its own. Called again, finished folds are
    read, and an unfinished one goes on where it stopped.

    Args:
        recipe: Name of a recipe of clips.
        protocol: One of `PROTOCOLS`.
        data_dir: Where the corpora were built. Those that need no files are
            built here if they are missing.
        out: Folder for all runs, and for `crossval.json` and `crossval.md`.
        datasets: The corpora; `None` for the recipe's own.
        folds: Number of folds, for `"k-fold"`.
        overrides: Settings, see `emoaff.train`.
        report: Called with lines of progress.
        small: See `emoaff.train`.

    Returns:
        A row per fold and measure (`part` is the fold), and their mean.

    Raises:
        ValueError: For an unknown protocol, recipe or setting, fewer than two
            corpora to leave one out of, people without names, or an `out`
            that was begun with other settings.
        FileNotFoundError: If a corpus was not built.
    """
    if protocol not in PROTOCOLS:
        raise ValueError(
            f"The protocol must be one of {', '.join(PROTOCOLS)}. Received: "
            f"{protocol!r}."
        )
    found = recipe_lookup.find_recipe(recipe, small, whole=False)
    if not found.learns_from_clips:
        raise ValueError(
            f"{found.name} cannot be cross-validated: it reads its own "
            "pictures. Choose a recipe of clips."
        )
    out = pathlib.Path(out)
    resume = (out / "config.json").is_file()
    config = _check_same_run(found, out, overrides or {}, resume)
    datasets = datasets or split_datasets(config.data.dataset)
    if protocol == "leave-one-corpus-out" and len(datasets) < 2:
        raise ValueError(
            "Expected at least two corpora to leave one out of. Received: "
            f"{', '.join(datasets)}. Give more with --datasets."
        )
    for dataset in datasets:
        corpora.draw_missing(dataset, data_dir, report)
    made = _make_folds(config, protocol, data_dir, datasets, folds, report)
    results = []
    for number, fold in enumerate(made, start=1):
        report(f"fold {number}/{len(made)}: {fold.name} held out")
        results.append(_run(found, config, fold, data_dir, out, report))
    table = _summarise_folds(results, found.name_and_flag, protocol, config)
    run_log.write_json(out / "crossval.json", table.to_dict())
    (out / "crossval.md").write_text(table.to_markdown() + "\n", "utf-8")
    report(table.to_text())
    return table


def _check_same_run(recipe, out, overrides, resume):
    if not resume:
        return open_run(recipe, out, overrides, False)
    config = open_run(recipe, out, {}, True)
    if overrides and recipe.configure(overrides) != config:
        raise ValueError(
            f"The cross-validation in {out} was begun with other settings. "
            "Repeat those, leave --set out to go on with them, or choose "
            "another folder."
        )
    return config


def _make_folds(config, protocol, data_dir, datasets, folds, report):
    if protocol == "leave-one-corpus-out":
        return _make_folds_of_corpora(config, data_dir, datasets, report)
    everyone = joined(
        [
            _read(config, dataset, split, data_dir)
            for dataset in datasets
            for split in corpora.list_splits(dataset, data_dir)
        ]
    )
    subjects = everyone.subjects
    if protocol == "k-fold":
        pairs = fold_by_subject(subjects, folds, config.seed)
        names = [f"fold_{k + 1}" for k in range(folds)]
    else:
        pairs = leave_one_subject_out(subjects)
        names = [subjects[held_out[0]] for _, held_out in pairs]
    made = []
    for name, (rest, held_out) in zip(names, pairs, strict=True):
        people = [subjects[r] for r in rest]
        # A tenth of them, and at least one.
        share = max(0.1, 1.0 / len(set(people)))
        parts = split_by_subject(
            people,
            {"training": 1.0 - share, "validation": share},
            config.seed,
        )
        rest = np.asarray(rest)
        made.append(
            Fold(
                name.replace("/", "_"),
                everyone.subset(rest[parts["training"]]),
                everyone.subset(rest[parts["validation"]]),
                everyone.subset(held_out),
                {},
                datasets[0],
            )
        )
    return made


def _make_folds_of_corpora(config, data_dir, datasets, report):
    made = []
    for held_out in datasets:
        others = [d for d in datasets if d != held_out]
        known = corpora.list_splits(held_out, data_dir)
        train, validation = (
            config.data.train_split,
            config.data.validation_split,
        )
        choices = ("test", validation, train)
        test = next((s for s in choices if s in known), train)
        scored = _read(config, held_out, test, data_dir)
        training, validation = join_corpora(config, others, data_dir, report)
        made.append(
            Fold(
                held_out.replace("/", "_"),
                training,
                validation,
                scored,
                _describe_absent_classes(training, scored, held_out),
                others[0],
            )
        )
    return made


def _describe_absent_classes(training, scored, held_out):
    """Lists the classes that only one side has labels of."""
    has = [
        set(np.unique(part.expression)) - {-1} for part in (training, scored)
    ]
    if training.space is None or not all(has):
        return {}
    every = set(range(len(training.space)))
    facts = {}
    for words, missing in (
        (f"classes without a frame in {held_out}", every - has[1]),
        ("classes without a training frame", every - has[0]),
    ):
        if missing:
            names = [training.space.classes[c] for c in sorted(missing)]
            facts[words] = ", ".join(names)
    return facts


def _read(config, dataset, split, data_dir):
    return map_split(config, load_recordings(dataset, split, data_dir))


def _run(recipe, config, fold, data_dir, out, report):
    folder = out / fold.name
    done = folder / "scores.json"
    if done.is_file():
        report(f"  {fold.name} was finished before")
        return fold, _stored(done)
    folder.mkdir(exist_ok=True)
    preset = run_recipe(
        recipe,
        config.change(data={"dataset": fold.dataset}),
        data_dir,
        folder,
        splits=(fold.training, fold.validation),
        report=report,
    )
    scored = evaluate_recordings(
        presets.load_preset(preset),
        fold.held_out,
        side_files=config.data.used_side_files,
    )
    run_log.write_json(done, scored.table.to_dict())
    return fold, _stored(done)


def _stored(path):
    return json.loads(path.read_text("utf-8"))


def _summarise_folds(results, recipe, protocol, config):
    """A row for each fold and overall measure, and the mean over folds."""
    rows, values, facts = [], {}, {}
    for fold, stored in results:
        facts.update({f"{fold.name}: {k}": v for k, v in fold.facts.items()})
        for row in stored["rows"]:
            row = {k: math.nan if v is None else v for k, v in row.items()}
            if row["measure"] in _PER_CLASS or row["part"]:
                continue
            rows.append(ScoreRow(**{**row, "part": fold.name}))
            key = row["measure"], row["of"]
            values.setdefault(key, []).append(row["value"])
    for (measure, of), each in values.items():
        defined = [v for v in each if not math.isnan(v)]
        mean = float(np.mean(defined)) if defined else math.nan
        rows.append(ScoreRow(measure, of, mean, n=len(defined), part="mean"))
    facts = {
        "recipe": recipe,
        "protocol": protocol,
        "seed": config.seed,
        "mean": "over folds, each counting the same; n is their number",
        **facts,
    }
    return ScoreTable(tuple(rows), facts)
