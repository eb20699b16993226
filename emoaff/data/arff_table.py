"""Tables in ARFF, as openSMILE writes them."""

import io
import os
import pathlib
import re

import pandas as pd

_ATTRIBUTE = re.compile(
    r"@attribute\s+(?:'([^']*)'|\"([^\"]*)\"|(\S+))", re.IGNORECASE
)


def read_arff(path: str | os.PathLike) -> pd.DataFrame:
    """Reads an ARFF file with a row of cells a line.

    Attributes of any type are read, which SciPy's reader does not do with
    strings; `?` and empty cells are missing. Blank lines, lines of comment and
    either quotes do not matter.

    Args:
        path: The file.

    Returns:
        A column for each attribute.

    Raises:
        ValueError: If there is no `@data`, or rows have more cells than there
            are attributes.

    Example:
    >>> lines = "@relation x", "@attribute name string", "@attribute F0 numeric"
    >>> lines += "", "@data", "", "'a',110.5", "'a',?"
    >>> _ = pathlib.Path("lld.arff").write_text(chr(10).join(lines))
    >>> read_arff("lld.arff")["F0"].tolist()
    [110.5, nan]
    """
    path = pathlib.Path(path)
    lines = path.read_bytes().decode("utf-8-sig", "replace").splitlines()
    lines = [line.strip() for line in lines]
    begins = [n for n, line in enumerate(lines) if line.lower() == "@data"]
    if not begins:
        raise ValueError("an ARFF file has a line @data, and this has none")
    matches = map(_ATTRIBUTE.match, lines[: begins[0]])
    names = ["".join(match.groups("")) for match in matches if match]
    rows = [
        line
        for line in lines[begins[0] + 1 :]
        if line and not line.startswith("%")
    ]
    table = pd.read_csv(
        io.StringIO("\n".join(rows)),
        header=None,
        quotechar="'",
        na_values=["?"],
        skipinitialspace=True,
    )
    if table.shape[1] != len(names):
        raise ValueError(
            f"it names {len(names)} attributes, and rows have "
            f"{table.shape[1]} cells"
        )
    return table.set_axis(names, axis=1)
