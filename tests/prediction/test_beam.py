"""One file an element; needs Apache Beam and is slow with two processes."""

import json
import shutil

import numpy as np
import pytest

from emoaff.corpora.beam_options import parse_beam_options
from emoaff.faces import VideoWriter
from emoaff.prediction.beam import run_in_beam
from emoaff.prediction.files import predict_files
from tests.prediction.small_sequences import still_preset
from tests.sample import PORTRAIT

pytest.importorskip(
    "apache_beam", reason="needs Apache Beam: pip install emoaff[beam]"
)
TWO_PROCESSES = (
    "--runner=DirectRunner --direct_num_workers=2 "
    "--direct_running_mode=multi_processing"
)


def double(number):
    return {"twice": 2 * number}


def test_answers_come_in_the_order_of_the_items(tmp_path):
    options = parse_beam_options("--runner=DirectRunner")
    items = list(range(20, 0, -1))
    done = list(run_in_beam(double, items, options, tmp_path))
    assert done == [(number, {"twice": 2 * number}) for number in items]


@pytest.mark.slow  # two processes that load TensorFlow
def test_two_processes_of_beam_write_what_one_process_does(tmp_path):
    preset = still_preset(tmp_path / "still")
    root = tmp_path / "in"
    (root / "x").mkdir(parents=True)
    shutil.copy(PORTRAIT, root / "x" / "face.jpg")
    (root / "bad.jpg").write_bytes(b"\xff\xd8\xff" * 50)
    for name in ("a.mp4", "x/a.mp4"):
        with VideoWriter(root / name, 64, 48, 10) as writer:
            for i in range(4):
                writer.write(np.full((48, 64, 3), 60, np.uint8), i / 10)
    headers, tables, reasons = {}, {}, {}
    for way in (None, TWO_PROCESSES):
        out = tmp_path / ("beam" if way else "plain")
        failures = predict_files(
            [root], preset, out, report=[].append, beam_options=way
        )
        reasons[way] = [each.reason for each in failures]
        paths = sorted(out.rglob("*.*"))
        tables[way] = {
            str(p.relative_to(out)): p.read_text()
            for p in paths
            if p.suffix == ".csv"
        }
        headers[way] = {
            p.name: json.loads(p.read_text())
            for p in paths
            if p.suffix == ".json"
        }
    assert len(reasons[None]) == 1 and reasons[None] == reasons[TWO_PROCESSES]
    assert headers[None] == headers[TWO_PROCESSES]
    assert tables[None] == tables[TWO_PROCESSES]
    assert len(tables[None]) == 4
