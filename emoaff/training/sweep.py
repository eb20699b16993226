"""Trains a recipe with several seeds and settings, and compares them."""

import dataclasses
import hashlib
import itertools
import json
import os
import pathlib
from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np
from scipy import stats

from emoaff.training.recipe_lookup import find_recipe
from emoaff.training.recipe_run import train
from emoaff.training.run_table import flatten_stored
from emoaff.training.run_table import read_best

_ONLY = "as the recipe"  # what there is one variant of
_LONGEST = 80  # letters of a folder's name


@dataclasses.dataclass(frozen=True)
class SweepResult:
    """Scores of a recipe's variants, each trained with the same seeds.

    Args:
        measure: What was measured on the validation split.
        seeds: The seeds.
        scores: What sets a variant apart, such as `"loss.name=ccc"`, to its
            score for each seed, NaN where undefined.

    Example:
    >>> scores = {"units=8": (0.50, 0.54, 0.52), "units=16": (0.6, 0.63, 0.63)}
    >>> print(SweepResult("ccc", (0, 1, 2), scores).to_text())
    variant     ccc mean      sd  seeds
    units=8       0.5200  0.0200      3
    units=16      0.6200  0.0173      3
    units=16 - units=8: +0.1000, paired t-test over 3 seeds: p = 0.0033
    """

    measure: str
    seeds: tuple[int, ...]
    scores: Mapping[str, Sequence[float]]

    def compare(self, one: str, other: str) -> tuple[float, float, int]:
        """Compares two variants, seed by seed.

        Args:
            one: A key of `scores`.
            other: Another one.

        Returns:
            The mean of the differences `other - one`, the p value of
            Student's paired test, two-sided (`scipy.stats.ttest_rel`), and the
            number of seeds that have both scores. The p value is NaN for fewer
            than two, and where all differences are the same.
        """
        pair = np.array([self.scores[one], self.scores[other]], np.float64)
        pair = pair[:, np.isfinite(pair).all(axis=0)]
        gain = pair[1] - pair[0]
        if len(gain) < 2 or np.ptp(gain) == 0:
            p = float("nan")
        else:
            p = float(stats.ttest_rel(pair[1], pair[0]).pvalue)
        return float(gain.mean()) if len(gain) else p, p, len(gain)

    def to_text(self) -> str:
        """Returns means, spreads and tests for a terminal.

        The spread is the standard deviation over seeds (divided by one less
        than their number). Each variant is compared with the first.
        """
        width = max(len("variant"), *map(len, self.scores))
        head = f"{self.measure} mean"
        lines = [f"{'variant':<{width}}  {head:>10}  {'sd':>6}  seeds"]
        for name, scores in self.scores.items():
            known = np.array([s for s in scores if np.isfinite(s)])
            mean = _number(known.mean()) if len(known) else "n/a"
            spread = _number(known.std(ddof=1)) if len(known) > 1 else "n/a"
            lines.append(
                f"{name:<{width}}  {mean:>{max(10, len(head))}}  "
                f"{spread:>6}  {len(known):>5}"
            )
        first, *others = self.scores
        for other in others:
            gain, p, count = self.compare(first, other)
            lines.append(
                f"{other} - {first}: {gain:+.4f}, paired t-test over {count} "
                f"seeds: p = {_number(p)}"
            )
        return "\n".join(lines)


def sweep(
    recipe: str,
    data_dir: str | os.PathLike,
    out: str | os.PathLike,
    seeds: Sequence[int],
    settings: Mapping[str, Sequence[str]] | None = None,
    measure: str = "",
    small: bool = False,
    report=print,
) -> SweepResult:
    """Trains every combination of seeds and settings, and compares them.

    Each is a run of its own, `out/<variant>/seed=<seed>`, as `emoaff train`
    makes it. Called again, runs that have ended are read, one that has not
    goes on where it stopped, and what is missing is trained.

    Args:
        recipe: See `emoaff.train`.
        data_dir: See `emoaff.train`.
        out: Folder of all runs.
        seeds: The values of `seed`.
        settings: Name of a setting to its values, as texts; of several
            settings every combination is a variant. Those of one value are
            the same for all.
        measure: See `emoaff.training.run_table.read_best`.
        small: See `emoaff.train`.
        report: Called with each line of progress.

    Returns:
        The scores of the best epochs.

    Raises:
        ValueError: If there is no seed, one twice, or `seed` among the
            settings, or a run there was made with others; see `emoaff.train`
            for the rest.
        FileNotFoundError: See `emoaff.train`.
    """
    settings = dict(settings or {})
    if not seeds or len(set(seeds)) < len(seeds) or "seed" in settings:
        raise ValueError(
            "Expected different seeds, at least one, and no seed among the "
            f"settings. Received: seeds={list(seeds)}, "
            f"settings={', '.join(settings) or 'none'}."
        )
    out = pathlib.Path(out)
    scores: dict[str, list[float]] = {}
    combinations = list(itertools.product(*settings.values()))
    name = measure
    for number, values in enumerate(combinations, start=1):
        chosen = dict(zip(settings, values, strict=True))
        variant = " ".join(
            f"{k}={v}" for k, v in chosen.items() if len(settings[k]) > 1
        )
        variant = variant or _ONLY
        for seed in seeds:
            run = out / _name_folder(variant) / f"seed={seed}"
            report(f"{number}/{len(combinations)} {variant}, seed {seed}")
            _refuse_other(recipe, run, {**chosen, "seed": str(seed)}, small)
            if not (run / "preset" / "config.json").is_file():
                _train(recipe, data_dir, run, chosen, seed, small, report)
            name, score, _, _ = read_best(run, measure)
            scores.setdefault(variant, []).append(score)
    result = SweepResult(
        name, tuple(seeds), {k: tuple(v) for k, v in scores.items()}
    )
    report(result.to_text())
    return result


def _train(recipe, data_dir, run, chosen, seed, small, report):
    begun = (run / "config.json").is_file()
    overrides = None if begun else {**chosen, "seed": str(seed)}
    train(recipe, data_dir, run, overrides, begun, report=report, small=small)


def _refuse_other(recipe, run, overrides, small):
    """Refuses a run that was made with other settings."""
    path = run / "config.json"
    if not path.is_file():
        return
    wanted = find_recipe(recipe, small, whole=False).configure(overrides)
    wanted = flatten_stored(dataclasses.asdict(wanted))
    stored = flatten_stored(json.loads(path.read_text("utf-8")))
    for name, value in json.loads(json.dumps(wanted)).items():
        if name in stored and stored[name] != value:
            raise ValueError(
                f"Expected the run in {run} to be of this sweep. It was made "
                f"with {name}={stored[name]}, not {value}. Choose another "
                "folder."
            )


def _name_folder(variant):
    kept = "".join(c if c.isalnum() or c in "=._-," else "_" for c in variant)
    if len(kept) <= _LONGEST and kept == variant:
        return kept
    # Different variants stay different, however they are cut.
    digest = hashlib.sha256(variant.encode()).hexdigest()[:8]
    return kept if variant == _ONLY else f"{kept[:_LONGEST]}_{digest}"


def _number(value):
    return "n/a" if np.isnan(value) else f"{value:.4f}"
