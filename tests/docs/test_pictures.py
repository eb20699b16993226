"""The pictures of README are what their script makes, and small."""

import importlib.util

import pytest
from PIL import Image
from PIL import ImageSequence
from PIL import ImageStat

from tests.docs.page_blocks import ROOT
from tests.sample import CLIP

PICTURES = ROOT / "docs" / "pictures"


def test_the_moving_picture_moves_for_ever_and_is_under_2_mb():
    path = PICTURES / "astronaut.gif"
    assert path.stat().st_size < 2_000_000
    with Image.open(path) as image:
        assert image.n_frames > 20
        assert image.info["loop"] == 0  # of the format: without an end
        assert image.width >= 400


def test_the_picture_of_the_report_shows_a_wide_window():
    path = PICTURES / "report.png"
    assert path.stat().st_size < 500_000
    with Image.open(path) as image:
        assert image.size == (1280, 1100)
        # The video is in it: a player that still loads is black.
        player = image.convert("L").crop((360, 100, 920, 400))
        assert ImageStat.Stat(player).mean[0] > 60


@pytest.mark.slow
def test_the_script_shrinks_a_video_to_every_fourth_frame(tmp_path):
    spec = importlib.util.spec_from_file_location(
        "make_pictures", PICTURES / "make_pictures.py"
    )
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    script.write_moving_picture(CLIP, tmp_path / "clip.gif")
    with Image.open(tmp_path / "clip.gif") as image:
        assert image.size == (400, 300)
        assert image.info["duration"] == 160  # milliseconds, of 25 a second
        # Some versions of Pillow store equal neighbours once, for longer.
        shown = [x.info["duration"] for x in ImageSequence.Iterator(image)]
        assert sum(shown) == 38 * 160  # of 150 frames
