import dataclasses
import os

import numpy as np
import pytest

from emoaff.data import record_table
from emoaff.data.recordings import load_recordings
from tests.data import small_corpus as small


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("built")
        small.small_video(patch, folder, shards=2)
        yield folder


@pytest.fixture
def recordings(built):
    return load_recordings("small", "train", built)


def build(monkeypatch, tmp_path, *recordings, **more):
    """Builds a train split of these segments, and loads it."""
    examples = [e for segments in recordings for e in segments]
    files = small.small_video(
        monkeypatch, tmp_path, {"train": examples}, **more
    )
    return files, lambda: load_recordings("small", "train", tmp_path)


def test_a_second_load_reads_no_record(built, recordings, monkeypatch):
    monkeypatch.setattr(record_table, "read_table", None)
    again = load_recordings("small", "train", built)
    for field in dataclasses.fields(recordings):
        np.testing.assert_array_equal(
            getattr(again, field.name), getattr(recordings, field.name)
        )


@pytest.mark.parametrize("change", ["time", "damage", "cache"])
def test_changed_files_are_read_again(monkeypatch, tmp_path, change):
    (file,), load = build(monkeypatch, tmp_path, small.segments(0, range(9)))
    load()
    reads = []
    read_table = record_table.read_table
    monkeypatch.setattr(
        record_table,
        "read_table",
        lambda *arguments: reads.append(1) or read_table(*arguments),
    )
    load()
    assert not reads
    if change == "time":
        os.utime(file, (1, 1))
    elif change == "cache":
        (cache,) = file.parent.glob("*.npz")
        cache.write_bytes(cache.read_bytes()[:100])
    else:
        file.write_bytes(file.read_bytes() + b"more")
        with pytest.raises(ValueError, match="record 2,.*damaged or cut off"):
            load()
        return
    assert len(load()) == 9
    assert reads


def test_a_read_only_folder_is_no_hindrance(monkeypatch, tmp_path):
    def refuse(*arguments, **more):
        raise PermissionError

    _, load = build(monkeypatch, tmp_path, small.segments(0, range(3)))
    monkeypatch.setattr(record_table.np, "savez", refuse)
    assert len(load()) == 3
    assert not list(tmp_path.glob("**/*.npz"))
