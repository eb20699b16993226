"""DFEW: clips of films with one of seven expressions each."""

import dataclasses

from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.corpus_about import CorpusAbout
from emoaff.corpora.crop_config import CropConfig
from emoaff.corpora.frame_labels import FrameLabels
from emoaff.corpora.recording_corpus import RecordingCorpus
from emoaff.corpora.source_recording import SourceRecording
from emoaff.corpora.source_tree import SourceTree
from emoaff.faces import PICTURE_SUFFIXES
from emoaff.faces import VIDEO_SUFFIXES
from tfds_builders.dfew import clips
from tfds_builders.dfew import split_lists

# Clips of the lists of train and test, fold by fold.
_LISTED = ((9356, 2341), (9356, 2341), (9357, 2340), (9358, 2339), (9361, 2336))


@dataclasses.dataclass(eq=False)
class DfewConfig(CropConfig):
    """Sets which version of the clips is read, and which fold.

    Args:
        series: Whether the series of sixteen pictures are read instead of the
            videos.
        fold: Of the five cross-validation folds, 1 to 5.
    """

    series: bool = False
    fold: int = 1


def _published(name):
    """Counts of each fold; the first is the one of the configuration."""
    names = [name, *(f"{name}+fold={fold}" for fold in split_lists.FOLDS[1:])]
    return {
        each: {"train": {"recordings": train}, "test": {"recordings": test}}
        for each, (train, test) in zip(names, _LISTED, strict=True)
    }


class Builder(RecordingCorpus):
    """One example is up to 64 frames of one clip.

    `expression` is an index in emoaff's label space "dfew": happy, sad,
    neutral, angry, surprise, disgust, fear.
    """

    VERSION = RecordingCorpus.FIRST
    RELEASE_NOTES = {"1.0.0": "Initial release."}
    LABEL_SPACE = "dfew"
    ABOUT = CorpusAbout(
        title="DFEW: 16,372 clips of films, seven expressions, five folds.",
        licence="Research and teaching without profit, by a form to sign.",
        homepage="https://dfew-dataset.github.io/",
        how_to_get="Send the signed form that the homepage links.",
    )
    PUBLISHED = _published("original") | _published("frames_16")
    BUILDER_CONFIGS = [
        DfewConfig(
            name="original",
            description="The videos, of fold 1; faces are found.",
        ),
        DfewConfig(
            name="frames_16",
            description="The face crops, sixteen a clip, of fold 1.",
            series=True,
            find_faces=False,
        ),
    ]
    MANUAL_DOWNLOAD_INSTRUCTIONS = """\
    The unpacked files, with the videos, the series of pictures, or both:

      DIR/Clip/original/1.mp4 ...                    for original
      DIR/Clip/clip_224x224_16f/00001/*.jpg ...      for frames_16
      DIR/EmoLabel_DataSplit/train(single-labeled)/set_1.csv ... set_5.csv
      DIR/EmoLabel_DataSplit/test(single-labeled)/set_1.csv ... set_5.csv

    The setting fold says which of the five lists divide the clips:
    dfew/original+fold=3.
    """

    def survey(
        self, tree: SourceTree, report: BuildReport
    ) -> list[SourceRecording]:
        """Lists the recordings of the corpus and their labels."""
        config = self.builder_config
        _check_settings(config)
        find = clips.find_series if config.series else clips.find_videos
        lists = split_lists.read_lists(tree, config.fold, report)
        found = find(tree, report)
        _report_rest(tree, found, config.fold, report)
        recordings = []
        for split, labels in lists.items():
            for number, label in sorted(labels.items()):
                name = f"{number:05d}"
                if number not in found:
                    report.leave_out("listed, but not there", name)
                    continue
                footage = self._footage(tree, found[number], report)
                if footage:
                    recordings.append(_recording(name, footage, label, split))
        listed = {number for labels in lists.values() for number in labels}
        for number in sorted(set(found) - listed):
            why = f"in no list of fold {config.fold} with a single label"
            report.leave_out(why, f"{number:05d}")
        if config.series:
            _note_lengths(recordings, report)
        return recordings

    def _footage(self, tree, files, report):
        config = self.builder_config
        files = tree.usable(files, report)
        if not files:
            return None
        if not config.series:
            return clips.find_video_footage(tree.root, files, config.faces)
        return clips.find_series_footage(tree.root, files, config.faces, report)


def _check_settings(config):
    if config.fold not in split_lists.FOLDS:
        raise ValueError(
            f"Expected fold to be 1 to 5. Received: fold={config.fold}."
        )
    if config.series and config.rate_hz is not None:
        raise ValueError(
            "Expected no rate_hz for series of pictures, which have no times. "
            f"Received: rate_hz={config.rate_hz}. Leave it out."
        )


def _recording(name, footage, label, split):
    return SourceRecording(
        name=name,
        subject=name,
        footage=footage,
        labels=FrameLabels.constant(expression=label),
        split=split,
        subject_is_known=False,
    )


def _note_lengths(recordings, report):
    odd = [r for r in recordings if len(r.footage.pictures) != clips.LENGTH]
    if odd:
        report.note(
            f"series with other than {clips.LENGTH} pictures: {len(odd)}, "
            f"such as {odd[0].name} ({len(odd[0].footage.pictures)})"
        )


def _report_rest(tree, found, fold, report):
    """Reports files that are neither clips of the form read nor its lists."""
    for file in tree.junk:
        report.leave_out("put there by the operating system", str(file))
    clip_files = {file for files in found.values() for file in files}
    for file in tree.files:
        if file in clip_files:
            continue
        if split_lists.is_list(file):
            if f"{fold}." not in file.name:
                report.leave_out("list of another fold", str(file))
        elif file.suffix.lower() in VIDEO_SUFFIXES | PICTURE_SUFFIXES:
            why = "video or picture that is not of the form that is read"
            report.leave_out(why, str(file))
        else:
            report.leave_out("neither clip nor list by its name", str(file))
