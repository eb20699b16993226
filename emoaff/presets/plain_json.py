import math


def replace_nan(value):
    """Replaces what JSON has no word for.

    Args:
        value: A number, text or `None`, or lists and dicts of these.

    Returns:
        The same with `None` for NaN and infinite numbers; tuples are lists.

    Example:
    >>> replace_nan({"ccc": float("nan"), "n": (1, 2.5)})
    {'ccc': None, 'n': [1, 2.5]}
    """
    if isinstance(value, dict):
        return {key: replace_nan(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [replace_nan(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
