import dataclasses
import os
import types

import pytest

from emoaff.prediction import request
from emoaff.prediction.options import Options
from emoaff.prediction.request import identify_request

PRESET = types.SimpleNamespace(
    config={"weights": {"sha256": "1"}, "crop": {"margin": 0.2}},
    describe_prior=lambda: {"name": "as-trained"},
    engine="litert",
)


def other(**config):
    return types.SimpleNamespace(**{**vars(PRESET), "config": config})


@pytest.fixture
def clip(tmp_path):
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"1234")
    return path


def test_the_same_request_has_the_same_digits(clip):
    first = identify_request(clip, PRESET, Options(), page=False)
    assert first == identify_request(clip, PRESET, Options(), page=False)
    assert len(first) == 16 and int(first, 16) >= 0


def test_whatever_is_asked_differently_changes_them(
    clip, tmp_path, monkeypatch
):
    asked = [identify_request(clip, PRESET, Options())]
    changed = {
        "faces": "best",
        "every": 2,
        "gap_s": 2.0,
        "doubt": False,
        "prior": {"neutral": 0.5},
        "baseline": 3.0,
    }
    for name, value in changed.items():
        options = dataclasses.replace(Options(), **{name: value})
        asked.append(identify_request(clip, PRESET, options))
    asked.append(identify_request(clip, PRESET, Options(), page=True))
    asked.append(identify_request(clip, other(weights="2"), Options()))
    prior = types.SimpleNamespace(
        **{**vars(PRESET), "describe_prior": lambda: {"name": "uniform"}}
    )
    asked.append(identify_request(clip, prior, Options()))
    resting = tmp_path / "resting.jpg"
    for text in (b"1", b"22"):
        resting.write_bytes(text)
        options = Options(baseline=str(resting))
        asked.append(identify_request(clip, PRESET, options))
    os.utime(clip, ns=(0, 10**9))
    asked.append(identify_request(clip, PRESET, Options()))
    clip.write_bytes(b"12345")
    os.utime(clip, ns=(0, 10**9))
    asked.append(identify_request(clip, PRESET, Options()))
    monkeypatch.setattr(request, "__version__", "99")
    asked.append(identify_request(clip, PRESET, Options()))
    assert len(set(asked)) == len(asked) == 15
