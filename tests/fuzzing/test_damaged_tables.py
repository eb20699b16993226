"""What the fuzzers found first in tables and weights, one by one."""

import json
import re

import pytest

from emoaff.convert.readers.keras_h5 import read_keras_h5
from emoaff.evaluation.postprocessing import CoursePostprocessor
from emoaff.prediction import tables
from tfds_builders.recola import rating_series
from tfds_builders.sewa import label_file as sewa


@pytest.mark.parametrize(
    ("read", "name", "text"),
    [
        (rating_series.read, "P16.csv", "time;FM1\n0;0\ninf;0\n"),
        (rating_series.read, "P16.csv", "time;FM1\n0;0\n1e999;0\n"),
        (
            rating_series.read,
            "a.arff",
            "@attribute frameTime numeric\n@attribute GoldStandard numeric\n"
            "@data\n0,0\ninf,0\n",
        ),
        (sewa.read, "Train_01.csv", "'a';0;0;0;0\n'a';inf;0;0;0\n"),
    ],
)
def test_infinity_is_no_time(read, name, text, tmp_path):
    (tmp_path / name).write_text(text)
    with pytest.raises(ValueError, match="expected times that rise.*inf s"):
        read(tmp_path / name)


@pytest.mark.parametrize(
    "name", ["sewa", "crema_d votes", "ferplus", "aff_wild2 test list"]
)
def test_a_cell_of_131073_letters_is_no_table(name, table_parsers, tmp_path):
    (target,) = (each for each in table_parsers if each.name == name)
    path = tmp_path / target.file
    for seed in target.seeds:
        path.write_bytes(b'"' + b"a" * 131_073 + b'"\n' + seed)
        with pytest.raises(ValueError, match="cannot be read .field larger"):
            target.read(path)


def test_an_error_of_h5py_is_a_sentence(monkeypatch, tmp_path, weight_parsers):
    (target,) = (each for each in weight_parsers if each.name == "keras h5")
    (tmp_path / "a.h5").write_bytes(target.seeds[0])

    def stumble(*args):
        raise SystemError("error return without exception set")

    monkeypatch.setattr("emoaff.convert.readers.keras_h5._read", stumble)
    with pytest.raises(ValueError, match=r"a.h5\. Found none .*SystemError"):
        read_keras_h5(tmp_path / "a.h5")


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("0.9", "x", 2),
        ("joy", "fear", 2),
        ("\n1,", "\none,", 4),
        (",1.0000,", ",y,", 3),
    ],
)
def test_a_damaged_row_of_results_is_named(
    old, new, line, table_parsers, tmp_path
):
    (target,) = (each for each in table_parsers if each.name == "results")
    header, rows = target.seeds[0].decode().replace("\r", "").split("\n", 1)
    rows = f"\n{rows}".replace(old, new)
    (tmp_path / "a.csv").write_text(header + rows)
    with pytest.raises(ValueError, match=f"a.csv, line {line}: expected a row"):
        list(tables.read_table(tmp_path / "a.csv")[1])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda v: v.pop("settings"), "should have 'settings'"),
        (lambda v: v["settings"].pop("per"), "`settings` should have 'per'"),
        (lambda v: v.update(rate_hz="x"), "`rate_hz` should be of the type"),
        (lambda v: v.update(rate_hz=0), "`rate_hz` should be"),
        (lambda v: v.update(rate_hz=float("nan")), "rate_hz=nan"),
        (lambda v: v.update(rate_hz=float("inf")), "`rate_hz` should be"),
        (
            lambda v: v["chains"]["valence"][0].update(kind="mean"),
            "`chains.valence.0.kind` should be one of",
        ),
        (
            lambda v: v["chains"]["valence"][0]["parameters"].update(frames=2),
            "`chains.valence.0.parameters.frames` should be odd",
        ),
        (
            lambda v: v["chains"]["valence"][0].update(
                kept=True, parameters={}
            ),
            "`chains.valence.0.parameters` should have 'frames'",
        ),
    ],
)
def test_damaged_post_processing_names_the_field(
    change, field, table_parsers, tmp_path
):
    (target,) = (e for e in table_parsers if e.name == "postprocessor")
    values = json.loads(target.seeds[0])
    change(values)
    (tmp_path / "chain.json").write_text(json.dumps(values))
    with pytest.raises(ValueError, match=re.escape(field)):
        CoursePostprocessor.load(tmp_path / "chain.json")
