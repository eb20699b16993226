"""No parser ends in anything but a sentence, whatever a file holds.

`python benchmarks/fuzz.py` runs the same over many more files. What it found
once stays here, in `KEPT`.
"""

import importlib.util
import pathlib
import random

import pytest

from tests.fuzzing import mutations
from tests.fuzzing.running import fuzz
from tests.fuzzing.running import is_sentence
from tests.fuzzing.running import read_once
from tests.fuzzing.target import Target

# Seeds of damage that once ended in a traceback or a warning.
KEPT = {
    "sewa": (157,),
    "affectnet 2021": (5,),
    "aff_wild2 mtl": (101929, 104932),
    "preset of pictures": (467,),
    "keras h5": (104259,),  # went on for ever
    "postprocessor": (842, 3312),
}


def run(targets, numbers, folder):
    findings = []
    for place, target in enumerate(targets):
        inside = folder / str(place)
        inside.mkdir()
        findings += fuzz(target, numbers, inside)
    return findings


def test_damaged_tables_end_in_a_sentence(table_parsers, tmp_path):
    assert run(table_parsers, range(150), tmp_path) == []


def test_what_was_found_once_stays_mended(
    table_parsers, weight_parsers, preset_parsers, tmp_path
):
    for target in [*table_parsers, *weight_parsers, *preset_parsers]:
        for number in KEPT.get(target.name, ()):
            numbers = range(number, number + 1)
            assert list(fuzz(target, numbers, tmp_path / target.name)) == []


def test_damaged_weights_end_in_a_sentence(weight_parsers, tmp_path):
    assert run(weight_parsers, range(300), tmp_path) == []


def test_damaged_presets_end_in_a_sentence(preset_parsers, tmp_path):
    assert run(preset_parsers, range(52), tmp_path) == []


@pytest.mark.slow
def test_many_damaged_presets_end_in_a_sentence(preset_parsers, tmp_path):
    assert run(preset_parsers, range(1000), tmp_path) == []


@pytest.mark.slow
def test_many_damaged_files_end_in_a_sentence(
    table_parsers, weight_parsers, tmp_path
):
    both = [*table_parsers, *weight_parsers]
    assert run(both, range(3000), tmp_path) == []


def test_sound_files_are_read(
    table_parsers, weight_parsers, preset_parsers, tmp_path
):
    # Or a fuzzer of files that are refused at once would find nothing.
    whole = [*table_parsers, *weight_parsers, *preset_parsers]
    for place, target in enumerate(whole):
        folder = tmp_path / str(place)
        for name, data in {target.file: b"", **target.beside}.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
        for seed in target.seeds:
            (folder / target.file).write_bytes(seed)
            target.read(folder / target.file)


def test_the_same_seed_does_the_same_damage():
    def twice(mutate, data):
        return [mutate(data, random.Random("seed")) for _ in range(2)]

    one, other = twice(mutations.mutate_bytes, b"a,b\n1,2\n")
    assert one == other != b"a,b\n1,2\n"
    one, other = twice(mutations.mutate_json, {"a": [1, {"b": 2}]})
    assert one == other != {"a": [1, {"b": 2}]}


@pytest.mark.parametrize(
    ("error", "right"),
    [
        (ValueError("Expected a table. Received: none."), True),
        (FileNotFoundError("There is none."), True),
        (ValueError("could not convert string to float: 'x'"), False),
        (KeyError("Expected a table."), False),
        (UnicodeDecodeError("utf-16", b"a", 0, 1, "truncated data."), False),
        (OverflowError("Expected less."), False),
    ],
)
def test_only_our_own_errors_count_as_sentences(error, right, tmp_path):
    def read(path):
        raise error

    assert is_sentence(error) == right
    target = Target("x", read, (b"",), ())
    assert (read_once(target, tmp_path) == "") == right


def test_the_benchmark_shares_its_inputs_among_all_parsers(capsys):
    path = pathlib.Path(__file__).parents[2] / "benchmarks" / "fuzz.py"
    spec = importlib.util.spec_from_file_location("fuzz", path)
    benchmark = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(benchmark)
    assert benchmark.main(["--inputs", "70", "--presets", "2"]) == 0
    printed = capsys.readouterr().out
    assert "72 inputs, 0 findings" in printed
    assert "| video_folder | 2 | 0 |" in printed
    assert "| preset of clips | 1 | 0 |" in printed
