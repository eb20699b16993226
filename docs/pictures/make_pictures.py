"""Makes the pictures of README and of the site from the sample clip.

    python docs/pictures/make_pictures.py

`astronaut.gif` is the annotated video, smaller; `report.png` shows the report
in Chromium. That and `pip install playwright` must be there.
"""

import pathlib
import shutil
import sys
import tempfile

from PIL import Image

import emoaff_cli
from emoaff.faces import Video

_HERE = pathlib.Path(__file__).parent
_SAMPLE = _HERE.parents[1] / "examples" / "media" / "astronaut.mp4"
_WIDTH, _EVERY = 400, 4  # of 25 frames a second
_WINDOW = {"width": 1280, "height": 1100}


def main(out: str = str(_HERE)) -> None:
    """Writes all pictures to the folder `out`."""
    out = pathlib.Path(out)
    with tempfile.TemporaryDirectory() as work:
        options = ["--annotate", "--report", "--out", work]
        if emoaff_cli.main(["predict", str(_SAMPLE), *options]):
            sys.exit("The sample was not predicted.")
        results = pathlib.Path(work) / _SAMPLE.stem
        film = results.with_name(f"{results.name}_annotated.mp4")
        write_moving_picture(film, out / "astronaut.gif")
        take_picture(results.with_suffix(".html"), out / "report.png")


def write_moving_picture(video, gif):
    """Writes a video as a small GIF that begins again at its end."""
    with Video(video) as frames:
        images = [
            Image.fromarray(frame.image)
            for frame in frames
            if not frame.index % _EVERY
        ]
    height = round(_WIDTH * images[0].height / images[0].width)
    small = [
        image.resize((_WIDTH, height), Image.Resampling.LANCZOS).quantize(96)
        for image in images
    ]
    small[0].save(
        gif,
        save_all=True,
        append_images=small[1:],
        duration=_EVERY * 40,
        loop=0,
        optimize=True,
    )


def take_picture(page, png):
    """Takes a picture of a page, its video shown, as a window shows it."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("Expected `chromium` on this machine. Install it.")
    with sync_playwright() as tool:
        browser = tool.chromium.launch(
            executable_path=chromium, args=["--no-sandbox"]
        )
        window = browser.new_page(viewport=_WINDOW)
        window.goto(page.resolve().as_uri())
        window.wait_for_function("document.querySelector('video').readyState>3")
        window.wait_for_timeout(4000)  # until no circle turns
        window.screenshot(path=png)
        browser.close()
    # All of its colours: in few, those of two expressions become one.
    Image.open(png).convert("RGB").save(png, optimize=True)


if __name__ == "__main__":
    main(*sys.argv[1:2])
