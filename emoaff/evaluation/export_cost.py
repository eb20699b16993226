"""Measures how much an export changes scores on a labelled corpus."""

import os
from collections.abc import Iterator

from emoaff import presets
from emoaff.evaluation.preset_scoring import evaluate
from emoaff.evaluation.scores import Bootstrap
from emoaff.presets import resolve_preset

_MEASURES = ("accuracy", "uar", "f1_of_each", "ccc")


def score_before_and_after(
    preset: str | os.PathLike,
    exported: str | os.PathLike,
    dataset: str,
    split: str,
    data_dir: str | os.PathLike,
    prior: str | None = None,
) -> Iterator[str]:
    """Scores a preset and its exported file on the same pictures.

    Args:
        preset: The preset, its folder or run.
        exported: The file that was made from it.
        dataset: A built corpus, see `emoaff.corpora`.
        split: A split of it.
        data_dir: Where it was built.
        prior: The one that was exported for; see `emoaff.export`.

    Yields:
        A line for each measure that both have.

    Raises:
        ValueError: See `emoaff.evaluate`.
        FileNotFoundError: If the corpus was not built.
    """
    before, after = (
        _rows(model, dataset, split, data_dir)
        for model in (
            presets.load_preset(resolve_preset(preset)).with_prior(prior),
            presets.load_preset(exported),
        )
    )
    for key, value in before.items():
        change = after[key] - value
        yield (
            f"  {' '.join(key).strip()} on {dataset} {split}: "
            f"{after[key]:.4f}, before the export {value:.4f} ({change:+.4f})"
        )


def _rows(preset, dataset, split, data_dir):
    found = evaluate(
        preset, dataset, split, data_dir, bootstrap=Bootstrap(draws=0)
    )
    return {
        (row["measure"], row["of"]): row["value"]
        for row in found.table.to_dict()["rows"]
        if row["measure"] in _MEASURES and not row["part"]
    }
