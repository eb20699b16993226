"""Who is in which split, where RECOLA is not that of the challenges."""

SPLITS = ("train", "validation", "test")
# The 23 people whose recordings are handed out, but P25: the lists that are
# copied most put that one into train or into test.
_PUBLIC_23 = {
    "train": (45, 46, 48, 56, 58, 62, 64, 65),
    "validation": (28, 30, 34, 37, 39, 41, 42, 43),
    "test": (16, 17, 19, 21, 23, 26),
}
_ALL_46 = {
    "train": (15, 16, 17, 18, 21, 23, 25, 37, 39, 41, 46, 50, 51, 55, 56, 60),
    "validation": (
        *(14, 19, 24, 26, 28, 30, 34, 40, 42, 43, 44, 45, 52, 64, 65),
    ),
    "test": (13, 20, 22, 32, 38, 47, 48, 49, 53, 54, 57, 58, 59, 62, 63),
}

LISTS = {"public_23": _PUBLIC_23, "all_46": _ALL_46}


def list_person_splits(split: str, p25: str) -> dict[str, str]:
    """Returns the split of each person, such as `{"P16": "test"}`.

    Args:
        split: A key of `LISTS`.
        p25: The split of P25 in `"public_23"`; `"none"` leaves P25 out.
    """
    found = {
        f"P{number}": name
        for name, numbers in LISTS[split].items()
        for number in numbers
    }
    if split == "public_23" and p25 != "none":
        found["P25"] = p25
    return found
