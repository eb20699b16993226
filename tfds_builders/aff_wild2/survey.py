"""Putting annotations and pictures together."""

import collections
import math

import numpy as np

from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.footage import Footage
from emoaff.corpora.frame_labels import FrameLabels
from emoaff.corpora.frame_labels import has_label
from emoaff.corpora.source_recording import SourceRecording
from emoaff.corpora.source_tree import SourceTree
from tfds_builders.aff_wild2 import annotation_folders
from tfds_builders.aff_wild2.aff_wild2_config import AffWild2Config
from tfds_builders.aff_wild2.annotations import Annotations
from tfds_builders.aff_wild2.contents import Contents
from tfds_builders.aff_wild2.crops import Crops
from tfds_builders.aff_wild2.videos import Videos
from tfds_builders.aff_wild2.videos import is_video
from tfds_builders.aff_wild2.videos import parse_rate
from tfds_builders.aff_wild2.videos import video_name


class Survey:
    """Lists the recordings that a copy of the corpus holds for one task.

    Args:
        tree: The user's folder.
        config: The task, and where its pictures are from.
        report: Is told of all that does not go together.

    Raises:
        FileNotFoundError: If there are no annotations of the task, or no
            pictures of the kind that is asked for.
        ValueError: If there are several editions, or a file says something
            else than the configuration.
    """

    def __init__(
        self, tree: SourceTree, config: AffWild2Config, report: BuildReport
    ):
        self._tree, self._config, self._report = tree, config, report
        self._contents = Contents(tree, report)
        self._rates = collections.Counter()
        # Pictures that are missing, and pictures without a line.
        self._apart = collections.defaultdict(collections.Counter)
        found = annotation_folders.find(
            tree, self._contents, config.task, config.edition
        )
        self._used = {file for some in found.files.values() for file in some}
        self._videos = self._crops = None
        if "videos" in (config.pictures, config.times):
            self._videos = Videos(tree, self._contents, report)
        if config.pictures != "videos":
            self._crops = Crops(
                tree, self._contents, config.pictures, self._rate, report
            )
        self._refuse_no_pictures()
        self._labels = self._read(found) | self._read_test()

    def recordings(self) -> list[SourceRecording]:
        """Returns what is to be built, by split and name."""
        seen = self._names()
        made = []
        for split, some in self._labels.items():
            for name, labels in sorted(some.items()):
                footage = self._footage(name, labels, seen)
                if footage is None:
                    what = "a video" if self._crops is None else "crops"
                    self._report.leave_out(f"annotations without {what}", name)
                    continue
                self._count_unused(split, name, labels)
                made.append(
                    SourceRecording(
                        name=name,
                        subject=video_name(name),
                        footage=footage,
                        labels=labels,
                        split=split,
                        subject_is_known=False,
                    )
                )
        self._note_times()
        self._note_apart()
        self._note_shared(made)
        self._leave_out_others()
        return made

    def _read(self, found):
        """For each split the labels of its recordings."""
        reader = Annotations(self._tree.root, self._config, self._report)
        by_split: dict[str, dict] = {}
        for split in ("train", "validation"):
            if split not in found.files:
                self._report.note(f"there are no annotations for {split}")
            files = self._tree.usable(found.files.get(split, ()), self._report)
            some = by_split.setdefault(split, {})
            for file in files:
                self._add(some, file, reader)
        first = min(reader.without_header, default="")
        if first:
            self._report.note(
                f"{len(reader.without_header)} annotation files have no "
                f"header, such as {first}: their columns, or classes, are "
                "taken to be in the usual order"
            )
        return by_split

    def _add(self, some, file, reader):
        if self._config.task == "mtl":
            pieces = reader.read_list(file)
        else:
            pieces = {file.stem.strip(): reader.read(file)}
        for name, labels in pieces.items():
            if labels is not None and some.setdefault(name, labels) != labels:
                why = "a second annotation of its recording"
                self._report.leave_out(why, str(file))

    def _read_test(self):
        """The recordings of the test set, which nobody has labels of."""
        config = self._config
        lists = annotation_folders.find_test_lists(
            self._contents, config.task, config.edition
        )
        self._used.update(lists)
        if len(lists) != 1:
            for file in lists:
                why = "one of several lists of a test set"
                self._report.leave_out(why, str(file))
            return {}
        names = annotation_folders.read_test_list(self._tree.root / lists[0])
        return {"test": {name: FrameLabels({}) for name in names}}

    def _names(self):
        """Names of all recordings of all tasks, in lower case."""
        files = self._contents.others
        texts = {f.stem.lower() for f in files if f.suffix.lower() == ".txt"}
        folders = {folder.name.lower() for folder in self._contents.series}
        listed = {
            name.lower() for some in self._labels.values() for name in some
        }
        return texts | folders | listed

    def _footage(self, name, labels, seen) -> Footage | None:
        if self._crops is None:
            return self._videos.footage(name, seen, self._config.faces)
        # The lists name few of the pictures of a recording.
        listed = self._config.task == "mtl"
        return self._crops.footage(name, labels.frames if listed else None)

    def _rate(self, name):
        """Frames a second of a series of crops, NaN where unknown."""
        rates = {"name": parse_rate(name)}
        if self._config.times == "videos":
            rates = {"video": self._videos.rate(name), **rates}
        for source, rate in rates.items():
            if not math.isnan(rate):
                self._rates[source] += 1
                return rate
        self._rates["none"] += 1
        return math.nan

    def _count_unused(self, split, name, labels):
        if self._crops is None or labels.frames is None:
            return
        pictures = self._crops.frames(name)
        known = [has_label(values) for values in labels.values.values()]
        labelled = labels.frames[np.logical_or.reduce(known)]
        apart = self._apart[split]
        apart["labels"] += int(np.isin(labelled, pictures, invert=True).sum())
        apart["pictures"] += int(
            np.isin(pictures, labels.frames, invert=True).sum()
        )

    def _note_apart(self):
        stored = "not stored" if self._config.task == "mtl" else "unlabelled"
        for split, count in self._apart.items():
            if any(count.values()):
                self._report.note(
                    f"{split} has {count['labels']} labelled frames without a "
                    f"picture, and {count['pictures']} pictures without a "
                    f"line of annotation, which are {stored}"
                )

    def _note_times(self):
        if self._rates["name"]:
            self._report.note(
                f"the times of {self._rates['name']} recordings come from the "
                "frame rate in their names, which is rounded"
            )
        if self._rates["none"]:
            hint = "; times=videos takes them from the videos"
            self._report.note(
                f"{self._rates['none']} recordings have no times, for nothing "
                "says their frame rate"
                + (hint if self._config.times == "names" else "")
            )

    def _note_shared(self, recordings):
        splits = collections.defaultdict(set)
        for each in recordings:
            splits[each.subject.lower()].add(each.split)
        shared = sorted(video for video in splits if len(splits[video]) > 1)
        if shared:
            where = " and ".join(sorted(splits[shared[0]]))
            self._report.note(
                f"videos that lie in several splits: {len(shared)}, such as "
                f"{shared[0]} ({where}); the annotations have them so"
            )

    def _leave_out_others(self):
        used = {name.lower() for some in self._labels.values() for name in some}
        if self._crops is not None:
            self._crops.leave_out_others(used)
        else:
            for folder in self._contents.series:
                self._report.leave_out("folders of pictures", str(folder))
        if self._videos is not None:
            self._videos.leave_out_others(used, self._report)
        for file in self._contents.others:
            if is_video(file):
                if self._videos is None:
                    self._report.leave_out("videos", str(file))
            elif file not in self._used:
                text = file.suffix.lower() == ".txt"
                why = "annotations of other tasks" if text else "of no use here"
                self._report.leave_out(why, str(file))

    def _refuse_no_pictures(self):
        if self._crops is not None and not len(self._crops):
            raise self._tree.refuse(
                "folders of pictures such as 00001.jpg below a folder "
                f"{self._config.pictures}*",
                "aff_wild2",
            )
        if self._crops is None and not len(self._videos):
            raise self._tree.refuse(
                "videos with the names of the annotations", "aff_wild2"
            )
