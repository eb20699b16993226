import math

import numpy as np
import pytest

from emoaff.prediction import tables
from emoaff.prediction.row import Row
from emoaff.prediction.table_settings import TableSettings
from emoaff.prediction.table_settings import check_decimals

CLASSES = ("calm", "joy")
BOX = (1.25, 2.0, 3.0, 4.0)


def test_columns_are_those_chosen_in_that_order():
    settings = TableSettings(CLASSES, columns=("joy", "frame"))
    cells = list(range(len(tables.columns(CLASSES))))
    assert settings.names == ("joy", "frame")
    assert settings.select(cells) == [9, 0]  # two classes after eight columns
    assert not settings.is_usual and TableSettings(CLASSES).is_usual


def test_values_are_unrounded_unless_decimals_are_given_and_missing_is_none():
    shares = np.float32([1 / 3, 2 / 3])
    row = Row(3, 0.12, 1, BOX, math.nan, shares)
    names = ("joy", "box_x", "face_score", "valence", "doubt")
    plain = TableSettings(CLASSES, columns=names).collect_values(row)
    assert plain == [float(shares[1]), 1.25, None, None, None]
    short = TableSettings(CLASSES, decimals=1, columns=names)
    assert short.collect_values(row)[:2] == [0.7, 1.2]


def test_rounding_claims_no_certainty():
    row = Row(0, 0.0, 1, BOX, 0.9, np.float32([0.003, 0.997]))
    settings = TableSettings(CLASSES, decimals=2, columns=("joy", "calm"))
    joy, calm = settings.collect_values(row)
    assert joy == pytest.approx(0.997) and calm == 0.0


def test_what_cannot_be_written_is_refused():
    with pytest.raises(ValueError, match="Received: happyness. Leave"):
        TableSettings(CLASSES, columns=("frame", "happyness"))
    for decimals in (-1, 10):
        with pytest.raises(ValueError, match=f"decimals={decimals}"):
            TableSettings(CLASSES, decimals=decimals)
        with pytest.raises(ValueError, match="0 to 9"):
            check_decimals(decimals)
    check_decimals(None)
