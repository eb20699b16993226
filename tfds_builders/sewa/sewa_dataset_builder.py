"""SEWA as in the AVEC challenges: people in video chats, labelled in time."""

import dataclasses

from emoaff.corpora import named_clips
from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.corpus_about import CorpusAbout
from emoaff.corpora.crop_config import CropConfig
from emoaff.corpora.footage import Footage
from emoaff.corpora.frame_labels import FrameLabels
from emoaff.corpora.recording_corpus import RecordingCorpus
from emoaff.corpora.side_files import select_side_files
from emoaff.corpora.source_recording import SourceRecording
from emoaff.corpora.source_tree import SourceTree
from tfds_builders.sewa import label_file
from tfds_builders.sewa.instance import instance

# What there is of each culture; that of 2017 is not in the names.
_EDITIONS = {
    "2017": {"Train": ("",), "Devel": ("",), "Test": ("",)},
    "2018": {"Train": ("DE",), "Devel": ("DE",), "Test": ("DE", "HU")},
    "2019": {
        "Train": ("DE", "HU"),
        "Devel": ("DE", "HU"),
        "Test": ("DE", "HU", "CN"),
    },
}
_SPLITS = ("train", "validation", "test")


@dataclasses.dataclass(eq=False)
class SewaConfig(CropConfig):
    """Sets which challenge's recordings are used, in addition to `CropConfig`.

    Args:
        edition: `"2017"`, `"2018"` or `"2019"`.
        culture: `"DE"`, `"HU"` or `"CN"` for people of one culture only,
            `"all"` for everybody; in 2017 all were German.
        unlabelled: Whether test recordings, whose labels were not
            published, are built.

    Raises:
        ValueError: If one of them is none of these.
    """

    edition: str = "2017"
    culture: str = "all"
    unlabelled: bool = True

    def __post_init__(self):
        named_clips.require_known(self, {"edition": _EDITIONS})
        cultures = ("all", *filter(None, _EDITIONS[self.edition]["Test"]))
        named_clips.require_known(self, {"culture": cultures})


class Builder(RecordingCorpus):
    """One example is up to 64 frames of one person in one chat.

    `valence` and `arousal` hold from their time on for a tenth of a second;
    there are no classes.
    """

    VERSION = RecordingCorpus.FIRST
    RELEASE_NOTES = {"1.0.0": "Initial release."}
    LABEL_SPACE = ""
    ABOUT = CorpusAbout(
        title="SEWA: people discuss adverts in video chats, as in the AVEC "
        "challenges of 2017 to 2019.",
        licence="By agreement, for academic research.",
        homepage="http://db.sewaproject.eu/",
        how_to_get="Sign the agreement; the packages came from the "
        "challenges' organisers.",
    )
    BUILDER_CONFIGS = [
        SewaConfig(
            name="avec2017",
            description="Germans: 34 for training, 14 for validation, 16 "
            "unlabelled for test.",
        ),
        SewaConfig(
            name="avec2018",
            description="The same Germans; test with 66 Hungarians more.",
            edition="2018",
        ),
        SewaConfig(
            name="avec2019",
            description="Germans and Hungarians, 34 each for training and 14 "
            "for validation; test with Chinese people besides.",
            edition="2019",
        ),
    ]
    PUBLISHED = {
        name: {
            split: {"recordings": count}
            for split, count in zip(_SPLITS, counts, strict=True)
        }
        for name, counts in {
            "avec2017": (34, 14, 16),
            "avec2018": (34, 14, 16 + 66),
            "avec2019": (34 + 34, 14 + 14, 16 + 18 + 70),
        }.items()
    }
    MANUAL_DOWNLOAD_INSTRUCTIONS = """\
    The folders of the challenge as they were unpacked, up to three levels
    below DIR. Labels have to lie in a folder whose name begins with labels,
    videos may lie anywhere:

      DIR/labels/Train_01.csv ... Devel_01.csv ...
      DIR/video/Train_01.avi ... Devel_01.avi ... Test_01.avi ...
      DIR/audio/Train_01.wav ...                             if wanted

    In the editions of 2018 and 2019 the names say the culture, such as
    Train_DE_01, Devel_HU_01, Test_CN_01.
    """

    def survey(
        self, tree: SourceTree, report: BuildReport
    ) -> list[SourceRecording]:
        """Lists the recordings of the corpus and their labels."""
        label_files = [file for file in tree.files if _is_label_file(file)]
        if not label_files:
            wanted = "a folder labels with files named like Train_01.csv"
            raise tree.refuse(wanted, self.name)
        sound = [file for file in tree.files if file.suffix.lower() == ".wav"]
        found_sound = select_side_files(tree, sound, self._find_name, report)
        self.sides = {"audio": found_sound}
        clips = named_clips.named(
            tree,
            self._meaning,
            report,
            f"videos named like {self._make_example_name()}.avi",
            self.name,
            [*label_files, *found_sound.values()],
        )
        clips = named_clips.select_one_each(tree, clips, report, ".avi")
        labels = self._labels(tree, label_files, report)
        found = []
        for clip in clips:
            split = clip.means.split
            known = labels.pop(clip.name, None)
            if known is None and split != "test":
                report.leave_out("video without labels", clip.name)
                continue
            if known is None and not self.builder_config.unlabelled:
                report.leave_out("test without labels", clip.name)
                continue
            path = tree.root / clip.file
            found.append(
                SourceRecording(
                    name=clip.name,
                    subject=clip.name,
                    footage=Footage(path, faces=self.builder_config.faces),
                    labels=known or FrameLabels({}),
                    split=split,
                    subject_is_known=False,
                )
            )
        for name in sorted(labels):
            report.leave_out("labels without a video", name)
        report.note("liking is labelled too, and not stored")
        return sorted(found, key=lambda r: (_SPLITS.index(r.split), r.name))

    def _make_example_name(self):
        return (
            "Train_01"
            if self.builder_config.edition == "2017"
            else ("Train_DE_01")
        )

    def _find_name(self, stem):
        means = instance(stem)
        return means.name if means else None

    def _meaning(self, file):
        """Parses a file's name, or explains why the file is not used."""
        config = self.builder_config
        means = instance(file.stem)
        if means is None:
            return "of no recording by its name"
        if means.culture not in _EDITIONS[config.edition][means.part]:
            return f"named as in another edition than {config.edition}"
        if config.culture not in ("all", means.culture):
            return f"of another culture than {config.culture}"
        return means

    def _labels(self, tree, files, report):
        """Labels of each recording; reports the other files."""
        named = {}
        for file in sorted(files, key=lambda file: (len(file.parts), file)):
            means = self._meaning(file)
            if isinstance(means, str):
                report.leave_out(means, str(file))
            else:
                named[file] = means.name
        found, strange, beyond = {}, [], []
        for file in tree.usable(named, report):
            name = named[file]
            if name in found:
                report.leave_out("labels that stand in two files", str(file))
                continue
            content = label_file.read(tree.root / file)
            if not len(content.times):
                report.leave_out("labels without a row", str(file))
                continue
            found[name] = content.frame_labels()
            if any(instance(each) != instance(name) for each in content.names):
                strange.append(f"{content.names[0]} in {file}")
            if content.beyond:
                beyond.append(f"{name} with {content.beyond} of them")
        _note(report, "files that name another recording inside", strange)
        _note(
            report,
            "recordings with labels beyond [-1, 1], set to -1 or 1",
            beyond,
        )
        return found


def _note(report, what, where):
    if where:
        report.note(f"{what}: {len(where)}, such as {where[0]}")


def _is_label_file(file):
    return file.suffix.lower() == ".csv" and any(
        part.lower().startswith("labels") for part in file.parts[:-1]
    )
