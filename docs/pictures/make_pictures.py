"""Makes the pictures of README and of the site from the sample clip.

    python docs/pictures/make_pictures.py

`astronaut.gif` is the annotated video, smaller; `report.png` shows the report
in Chromium, which must be installed.
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile

from PIL import Image

import emoaff_cli
from emoaff.faces import Video

_HERE = pathlib.Path(__file__).parent
_SAMPLE = _HERE.parents[1] / "examples" / "media" / "astronaut.mp4"
_WIDTH, _EVERY = 400, 4  # of 25 frames a second
_WINDOW = "1280,1100"


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
    """Takes a picture of a page as a window shows it."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("Expected `chromium` on this machine. Install it.")
    command = [
        *(chromium, "--headless", "--no-sandbox", "--hide-scrollbars"),
        "--disable-gpu",
        *(f"--window-size={_WINDOW}", f"--screenshot={png}"),
    ]
    subprocess.run(
        [*command, page.resolve().as_uri()], check=True, capture_output=True
    )
    # All of its colours: in few, those of two expressions become one.
    Image.open(png).convert("RGB").save(png, optimize=True)


if __name__ == "__main__":
    main(*sys.argv[1:2])
