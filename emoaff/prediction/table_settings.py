"""What tables of all formats have in common."""

import dataclasses

from emoaff.prediction import tables
from emoaff.progress import suggest_name


@dataclasses.dataclass(frozen=True)
class TableSettings:
    """How a table of rows is written, whatever its format.

    Args:
        classes: Class names in the order of the probabilities.
        most: What a confidence is cut to, in `[0, 1]`; see
            `Timeline.confidence_at_most`.
        decimals: Digits after the point; `None` for those of the usual table,
            or all there are where a format stores numbers.
        columns: Which columns to write, in this order; empty for all.
        lead: See `emoaff.prediction.options.Options`.

    Raises:
        ValueError: If there is no such column, or `decimals` is not 0 to 9.

    Example:
    >>> settings = TableSettings(("calm", "joy"), columns=("frame", "joy"))
    >>> settings.names
    ('frame', 'joy')
    >>> settings.select(settings.all_names)
    ['frame', 'joy']
    """

    classes: tuple[str, ...]
    most: float = 1.0
    decimals: int | None = None
    columns: tuple[str, ...] = ()
    lead: str = "empty"

    def __post_init__(self):
        check_decimals(self.decimals)
        unknown = [name for name in self.columns if name not in self.all_names]
        if unknown:
            raise ValueError(
                f"Expected columns among {', '.join(self.all_names)}. "
                f"Received: {', '.join(unknown)}."
                f"{suggest_name(unknown[0], self.all_names)} Leave out what is "
                "none."
            )

    @property
    def all_names(self) -> tuple[str, ...]:
        """The columns of the usual table."""
        return tables.columns(self.classes)

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that are written."""
        return self.columns or self.all_names

    @property
    def is_usual(self) -> bool:
        """Whether the CSV file is one that `tables.read_table` can read."""
        return not self.columns

    def select(self, cells) -> list:
        """Picks the cells of a whole row that are written."""
        if not self.columns:
            return list(cells)
        named = dict(zip(self.all_names, cells, strict=True))
        return [named[name] for name in self.columns]

    def collect_values(self, row) -> list:
        """Returns the values of a row that are written.

        Numbers are rounded only where `decimals` are given; what is missing
        is None.
        """
        found = tables.values(row, self.classes, self.most)
        return [self._clean(value) for value in self.select(found)]

    def _clean(self, value):
        # NaN is the only value that differs from itself.
        if value is None or value == "" or value != value:
            return None
        if not isinstance(value, float):
            return value
        if self.decimals is None:
            return value
        rounded = round(value, self.decimals)
        # As in a CSV table: what is less than 1 is not written as 1.
        return value if rounded == 1 and value < 1 else rounded


def check_decimals(decimals: int | None) -> None:
    """Raises ValueError if there cannot be so many digits."""
    if decimals is not None and not 0 <= decimals <= 9:
        raise ValueError(
            "Expected 0 to 9 decimals. "
            f"Received: decimals={decimals}. Choose fewer."
        )
