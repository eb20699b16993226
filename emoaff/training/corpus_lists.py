"""Several corpora in one setting, with what belongs to each.

What is public here:

    split_datasets(text) -> list of str
    share_out(total, weights, count, least) -> list of int
    read_merges(texts, datasets) -> dict of dicts
"""

import numpy as np


def split_datasets(text: str) -> list[str]:
    """Reads the setting `dataset`: one corpus, or several.

    Args:
        text: `a`, `a,b` or `[a,b]`.

    Returns:
        Their names, in order.

    Raises:
        ValueError: If a name is empty or stands twice.

    Example:
    >>> split_datasets("[kerc2020/clips, ferplus]")
    ['kerc2020/clips', 'ferplus']
    """
    inner = text.strip().removeprefix("[").removesuffix("]")
    names = [name.strip().strip("\"'") for name in inner.split(",")]
    if not all(names) or len(set(names)) < len(names):
        raise ValueError(
            "Expected one corpus, or different ones as [a,b]. Received: "
            f"{text!r}."
        )
    return names


def share_out(total: int, weights, count: int, least: int = 1) -> list[int]:
    """Shares a number out in proportion to weights.

    Args:
        total: To be shared.
        weights: `count` positive numbers, or none for equal ones.
        count: Of the parts.
        least: What every part has.

    Returns:
        Whole numbers that add up to `total`; what is left over goes to the
        largest remainders.

    Raises:
        ValueError: If there is another number of weights, one is not positive,
            or a part would have less than `least`.

    Example:
    >>> share_out(32, (3, 1), 2)
    [24, 8]
    """
    weights = np.array(list(weights) or [1.0] * count, np.float64)
    if len(weights) != count or not (weights > 0).all():
        raise ValueError(
            f"Expected {count} weights over 0, one for each corpus. Received: "
            f"{weights.tolist()}."
        )
    exact = total * weights / weights.sum()
    sizes = np.floor(exact).astype(int)
    left = total - sizes.sum()
    sizes[np.argsort(sizes - exact, kind="stable")[:left]] += 1
    if sizes.min() < least:
        raise ValueError(
            f"Expected at least {least} images of each corpus in a batch. "
            f"Received: {sizes.tolist()} of {total}. Enlarge the batch, or "
            "choose more even weights."
        )
    return sizes.tolist()


def read_merges(texts, datasets) -> dict[str, dict[str, str]]:
    """Reads class mappings of corpora.

    Args:
        texts: Such as `"ravdess:calm=neutral"`: corpus, class, and the class
            that it is read as; see `merge` of `emoaff.labels.make_mapping`.
        datasets: The corpora.

    Returns:
        Corpus to class to class; empty for a corpus without any.

    Raises:
        ValueError: If a text is none of these, or of another corpus.

    Example:
    >>> read_merges(["ravdess:calm=neutral"], ["ravdess", "ferplus"])
    {'ravdess': {'calm': 'neutral'}, 'ferplus': {}}
    """
    merges = {dataset: {} for dataset in datasets}
    for text in texts:
        dataset, colon, pair = text.partition(":")
        old, equals, new = pair.partition("=")
        if not (colon and equals and old and new) or dataset not in merges:
            raise ValueError(
                "Expected mappings as corpus:class=class, of "
                f"{', '.join(datasets)}. Received: {text!r}."
            )
        merges[dataset][old] = new
    return merges
