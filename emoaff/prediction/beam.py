"""Work on many machines, by Apache Beam."""

import functools
import json
import pathlib
import pickle
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence

from emoaff.prediction.tables import renamed


def run_in_beam(
    work: Callable, items: Sequence, options, folder: pathlib.Path
) -> Iterator[tuple[object, object]]:
    """Works on items in a pipeline of Apache Beam, one item an element.

    Args:
        work: Called with each item; pickled, as items are. Its answers are
            plain enough for JSON.
        items: What to work on.
        options: `PipelineOptions` of Beam; see `parse_beam_options`.
        folder: An empty folder that all machines write answers to.

    Yields:
        Each item with its answer, in the order of items.

    Raises:
        Exception: What `work` raised, as Beam has it.
    """
    import apache_beam

    with apache_beam.Pipeline(options=options) as pipeline:
        _ = (
            pipeline
            | apache_beam.Create(list(enumerate(items)))
            | apache_beam.Reshuffle()
            | apache_beam.Map(_note_answer, pickle.dumps(work), folder)
        )
    for number, item in enumerate(items):
        text = (folder / f"{number}.json").read_text("utf-8")
        yield item, json.loads(text)


def _note_answer(numbered, work, folder):
    number, item = numbered
    text = json.dumps(_unpickle(work)(item))
    # Beam may do an element twice, even at once; each answer is whole.
    with renamed(folder / f"{number}.json") as half:
        half.write_text(text, "utf-8")


@functools.lru_cache(maxsize=1)
def _unpickle(work):
    # Once for all elements, since what it loads is kept with it.
    return pickle.loads(work)
