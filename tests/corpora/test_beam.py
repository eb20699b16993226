import json

import numpy as np
import pytest

from emoaff import corpora
from emoaff.corpora import catalogue
from emoaff.corpora import picture_corpus
from emoaff.corpora.picture_corpus import PictureCorpus
from emoaff.corpora.picture_corpus import Still
from tests.corpora import tiny

options = pytest.importorskip(
    "apache_beam.options.pipeline_options",
    reason="needs Apache Beam: pip install emoaff[beam]",
)
TWO_PROCESSES = (
    "--runner=DirectRunner --direct_num_workers=2 "
    "--direct_running_mode=multi_processing"
)


def flat(examples):
    """Examples as lists, so that NaN is NaN and order counts."""
    found = []
    for example in examples:
        frames = example.pop("frames", {})
        found.append({**example, **frames})
    return found


def assert_same(builder, other):
    for split in other.info.splits:
        first, second = (
            flat(tiny.examples(each, split)) for each in (builder, other)
        )
        assert len(first) == len(second) > 0
        for one, two in zip(first, second, strict=True):
            assert one.keys() == two.keys()
            for name in one:
                np.testing.assert_array_equal(one[name], two[name], name)
    reports = [
        json.loads((each.data_path / "build_report.json").read_text())
        for each in (builder, other)
    ]
    assert reports[0] == reports[1]


@pytest.mark.slow  # four processes that load TensorFlow
def test_two_processes_of_beam_build_the_same_videos_in_the_same_order(
    tmp_path, monkeypatch
):
    root = tiny.copies(tmp_path / "own", 6, frames=70)
    (root / "bad.mp4").write_text("no video")
    plain = tiny.build(root, tmp_path / "plain")
    monkeypatch.setattr(catalogue, "_builder_class", lambda _: type(plain))
    beamed = corpora.prepare(
        "tiny", root, tmp_path / "beam", False, beam_options=TWO_PROCESSES
    )
    assert_same(beamed, plain)
    names = [each["recording"].decode() for each in tiny.examples(beamed)]
    assert names == [str(number // 2) for number in range(12)]
    assert tiny.left_behind(tmp_path / "beam") == []


def test_beam_builds_the_same_pictures_in_several_files(tmp_path, monkeypatch):
    root = tmp_path / "own"
    names = [f"{number}.png" for number in range(40)]
    for number, name in enumerate(names):
        tiny.picture(root / name, number)
    (root / "7.png").write_text("no picture")
    monkeypatch.setattr(picture_corpus, "_TOGETHER", 6)

    def survey(builder, tree, report):
        stills = [
            Still(
                name,
                name,
                split="train" if number < 30 else "test",
                labels={"valence": number / 40},
            )
            for number, name in enumerate(names)
        ]
        return builder.together(root, stills, "whole")

    made = tiny.corpus(survey, PictureCorpus)
    plain = tiny.build(root, tmp_path / "plain", made)
    beamed = tiny.build(
        root, tmp_path / "beam", made, beam=options.PipelineOptions([]), files=3
    )
    assert_same(beamed, plain)
    assert len(beamed.info.splits["train"].shard_lengths) == 3
    found = tiny.examples(beamed, "test")
    assert tiny.numbers(each["image"] for each in found) == [*range(30, 40)]
