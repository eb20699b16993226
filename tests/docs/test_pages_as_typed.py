"""Runs every command and Python block of README and of the pages in docs.

In a folder as a reader might have it: that of `example_folder`, and below what
only pages name. A training is cut to an epoch, unless it says how many.
"""

import shutil

import keras
import numpy as np
import pytest
import tensorflow as tf

import emoaff
import emoaff_cli
from emoaff.faces import Video
from emoaff.faces import VideoWriter
from emoaff.faces import read_picture
from tests.docs import example_folder
from tests.docs.page_blocks import ROOT
from tests.docs.page_blocks import list_tried_pages
from tests.docs.page_blocks import read_blocks
from tests.docs.page_blocks import split_commands
from tests.sample import CLIP
from tests.sample import PORTRAIT

pytestmark = pytest.mark.slow
PAGES = [
    page
    for page in list_tried_pages()
    if any(
        b.kind in ("sh", "python") and not b.needs for b in read_blocks(page)
    )
]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """The reader's files; `data` lies apart, so that corpora are drawn once."""
    folder = tmp_path_factory.mktemp("reader") / "files"
    folder.mkdir()
    example_folder.fill(folder)
    shutil.move(folder / "data", folder.parent / "data")
    cut_clip(folder / "holiday.mp4")
    for name in ("clip.mp4", "new_clip.mp4", "videos/holiday.mp4"):
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(folder / "holiday.mp4", folder / name)
    shutil.copy(PORTRAIT, folder / "me.jpg")
    for name in ("photos", "MY_CROPS", "examples/media"):
        (folder / name).mkdir(parents=True)
        shutil.copy(PORTRAIT, folder / name)
    write_class_folders(folder / "MY_CLIPS")
    return folder


def cut_clip(path):
    """The first second of the sample."""
    with Video(CLIP) as video, VideoWriter(path, 480, 360, 25) as writer:
        for frame in video:
            if frame.index == 25:
                break
            writer.write(frame.image, frame.time_s)


def write_class_folders(root):
    """Portraits of two classes; a class is how bright they are."""
    portrait = read_picture(PORTRAIT).image
    for name, tint in (("glad", 1.0), ("tired", 0.5)):
        for number in range(24):
            path = root / name / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            image = portrait * tint - number
            data = np.clip(image, 0, 255).astype("uint8")
            keras.utils.save_img(path, data, scale=False)


@pytest.mark.parametrize(
    "page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES]
)
def test_a_page_works_as_typed(page, prepared, tmp_path, monkeypatch):
    monkeypatch.setenv("EMOAFF_HOME", str(ROOT / "weights"))
    crops = np.zeros((2, 48, 48, 3), "uint8")
    known = {"emoaff": emoaff, "keras": keras, "np": np, "tf": tf}
    known["crops"] = crops
    with example_folder.copied(prepared, tmp_path / "here"):
        (tmp_path / "here" / "data").symlink_to(prepared.parent / "data")
        for block in read_blocks(page):
            if block.needs:
                continue
            if block.kind == "python":
                exec(compile(block.text, str(page), "exec"), known)
            elif block.kind == "sh":
                for words in split_commands(block.text):
                    status = emoaff_cli.main(shorten(words))
                    assert status == 0, words


def shorten(words):
    """The same command, with one epoch where it trains."""
    if words[0] != "train" or "schedule.epochs" in str(words):
        return words
    less = ["schedule.epochs=1"]
    less += ["schedule.head_epochs=0"] if "finetune" in words else []
    return [*words, *(part for each in less for part in ("--set", each))]
