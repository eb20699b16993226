import json
import pathlib

import numpy as np

from emoaff import corpora


class Built:
    """A corpus built from a folder, read back as anyone would.

    Args:
        name: Such as `"recola/avec+find_faces=false+size=32"`.
        root: The folder that was written by the test.
        data_dir: Where to build.

    Attributes:
        report: What `build_report.json` says.
        examples: For each split the examples in stored order.
    """

    def __init__(self, name, root, data_dir):
        self._place = name, data_dir
        corpora.prepare(name, root, data_dir, progress_bar=False)
        builder = corpora.make_builder(name, data_dir)
        self.classes = (builder.info.metadata or {}).get("classes")
        text = pathlib.Path(builder.data_dir, "build_report.json").read_text()
        self.report = json.loads(text)
        self.examples = {
            split: list(corpora.load(name, split, data_dir).as_numpy_iterator())
            for split in builder.info.splits
        }

    def place(self, split):
        """The arguments of `load_recordings` for a split."""
        name, data_dir = self._place
        return name, split, data_dir

    def left_out(self):
        return {each["why"]: each["names"] for each in self.report["left_out"]}

    def names(self, split):
        found = [each["recording"].decode() for each in self.examples[split]]
        return list(dict.fromkeys(found))

    def frames(self, recording):
        """All frames of one recording, its segments put together."""
        segments = [
            each
            for split in self.examples.values()
            for each in split
            if each["recording"].decode() == recording
        ]
        assert [each["segment"] for each in segments] == [*range(len(segments))]
        return {
            key: np.concatenate([each["frames"][key] for each in segments])
            for key in segments[0]["frames"]
        }
