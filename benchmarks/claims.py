"""Tries the papers' claims on drawn faces and writes docs/claims.md.

    python benchmarks/claims.py --data-dir data --runs runs/claims

Builds the drawn corpora where they are missing, trains every run of every
claim (each is resumable, and a finished one is read), and writes what came
out, whatever it is, with the seeds used. `--claims a b` does some only, and
leaves the page's other sections as they are. Needs matplotlib. About five
hours of one core; seeds and claims can be trained side by side, and a last call
reads them all.

Each claim has a number of epochs. Whether that is enough is measured too: with
the first seed, every kind is trained once more with twice as many.
"""

import argparse
import pathlib
import re
import time

from drawn_claims import balancing
from drawn_claims import batch_norm
from drawn_claims import pretraining
from drawn_claims import temporal_block
from drawn_claims.bench import Bench
from drawn_claims.statements import DOCS

HEAD = """# The papers' claims, tried on drawn faces

Written by `python benchmarks/claims.py`. The faces are drawn
(`synthetic_affect`), so this says what the code and the ideas do where the
truth is known; it says nothing about real people, and nothing about the papers'
own figures. Intervals are 95 % t intervals over seeds, of paired differences.
A verdict stands only where the interval leaves 0 out.
"""


CLAIMS = {
    "a": pretraining.try_claim,
    "b": balancing.try_claim,
    "c": temporal_block.try_claim,
    "d": batch_norm.try_claim,
}


def main():
    """Tries the claims and writes the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", default="data")
    parser.add_argument(
        "--runs", type=pathlib.Path, default=pathlib.Path("runs/claims")
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    parser.add_argument(
        "--claims", nargs="+", choices=CLAIMS, default=list(CLAIMS)
    )
    args = parser.parse_args()
    bench = Bench(args.data_dir, args.runs, args.seeds)
    page = DOCS / "claims.md"
    made = {}
    for name in args.claims:
        began = time.monotonic()
        made[name] = CLAIMS[name](bench)
        print(f"claim {name}: {(time.monotonic() - began) / 60:.0f} minutes")
    DOCS.mkdir(exist_ok=True)
    # Read now: others may have been written in the meantime.
    sections = _read_sections(page) | made
    texts = [sections[name] for name in CLAIMS if name in sections]
    page.write_text("\n".join([HEAD, *texts]), "utf-8")
    print(page)


def _read_sections(page):
    """The sections of the page as it is, by the letters of their claims."""
    if not page.is_file():
        return {}
    _, *texts = re.split(r"^(?=## \()", page.read_text("utf-8"), flags=re.M)
    return {text[4]: text.rstrip("\n") + "\n" for text in texts}


if __name__ == "__main__":
    main()
