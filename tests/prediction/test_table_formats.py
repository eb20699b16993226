import pytest

from emoaff.prediction.table_formats import FORMATS
from emoaff.prediction.table_formats import list_formats
from emoaff.prediction.table_formats import parse_formats
from emoaff_cli import media_commands


def test_the_command_names_all_formats():
    assert media_commands._FORMATS == ", ".join(FORMATS)
    assert list(list_formats()) == list(FORMATS)
    assert all(list_formats().values())


def test_formats_are_told_apart_by_their_endings():
    endings = [each.ending for each in FORMATS.values()]
    # The table of EMO-AffectNet takes the place of our own.
    assert len({*endings}) == len(endings) - 1
    for each in FORMATS.values():
        assert (each.open is None) == each.needs_result


def test_names_are_read_with_commas_and_once():
    assert parse_formats("csv, elan,csv") == ("csv", "elan")
    assert parse_formats(["emoaff", "srt"]) == ("csv", "srt")
    for names in ("xlsx", "", [], "csv,,elan"):
        with pytest.raises(ValueError, match="among csv, csv-long, events"):
            parse_formats(names)
