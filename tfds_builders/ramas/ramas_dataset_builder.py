"""RAMAS: acted dialogs in Russian, several emotions at once."""

import dataclasses

from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.corpus_about import CorpusAbout
from emoaff.corpora.crop_config import CropConfig
from emoaff.corpora.footage import Footage
from emoaff.corpora.recording_corpus import RecordingCorpus
from emoaff.corpora.source_recording import SourceRecording
from emoaff.corpora.source_tree import SourceTree
from emoaff.faces import VIDEO_SUFFIXES
from tfds_builders.ramas import votes_by_emotions
from tfds_builders.ramas import votes_by_files
from tfds_builders.ramas.actors import TABLE
from tfds_builders.ramas.actors import Actors
from tfds_builders.ramas.recording_id import RecordingId
from tfds_builders.ramas.votes import EMOTIONS

_VIDEOS = "Video_close"
_DEPTH = 4  # Data/Video_close, its parent up to three levels down
_READERS = {"files": votes_by_files, "emotions": votes_by_emotions}


@dataclasses.dataclass(eq=False)
class RamasConfig(CropConfig):
    """Adds how annotations are read to how faces are cut.

    Args:
        annotations: `"files"` for the rows of `Annotations_by_files`,
            `"emotions"` for the intervals of `Annotations_by_emotions`.
        agreement: How many annotators have to see an emotion, at least 1. Of
            the five or more of each scenario, 3 are most.
        shares: Whether `emotions` are shares of the annotators; else 0 or 1,
            by `agreement`.
    """

    annotations: str = "files"
    agreement: int = 3
    shares: bool = True


class Builder(RecordingCorpus):
    """One example is up to 64 frames of one actor in one scenario.

    `emotions` are in the order of the label space "ramas"; several may hold
    at once. `expression` is the one with most votes, see `RamasConfig`.
    """

    VERSION = RecordingCorpus.FIRST
    RELEASE_NOTES = {"1.0.0": "Initial release."}
    LABEL_SPACE = "ramas"
    EXTRA = {"emotions": EMOTIONS}
    ABOUT = CorpusAbout(
        title="RAMAS: ten Russian actors in dyadic scenarios, seven emotions.",
        licence="On request to Neurodata Lab, research only.",
        homepage="https://neurodatalab.com",
        how_to_get="Ask Neurodata Lab; its site may be gone.",
    )
    BUILDER_CONFIGS = [
        RamasConfig(
            name="by_files",
            description="Votes at moments, of Annotations_by_files.",
        ),
        RamasConfig(
            name="by_emotions",
            description="Votes by intervals, of Annotations_by_emotions.",
            annotations="emotions",
        ),
    ]
    MANUAL_DOWNLOAD_INSTRUCTIONS = """\
    The folder RAMAS, of which this is read:

      RAMAS/
        Data/Video_close/10dec_D11_1_Video.mov ...
        Annotations_by_files/10dec_D11_1_ann.csv ...   for by_files
        Annotations_by_emotions/data_Angry.csv ...     for by_emotions
        Docs/actors_descr.csv                          optional

    Videos that were converted may have another ending than .mov.
    """

    def survey(
        self, tree: SourceTree, report: BuildReport
    ) -> list[SourceRecording]:
        """Lists the recordings of the corpus and their labels."""
        config = self.builder_config
        reader = _READERS.get(config.annotations)
        if reader is None or config.agreement < 1:
            raise ValueError(
                f"Expected annotations to be one of {', '.join(_READERS)} and "
                "agreement of at least 1. Received: "
                f"annotations={config.annotations!r}, "
                f"agreement={config.agreement}."
            )
        films, tables, people = _files(tree, reader.FOLDER, report)
        votes = reader.read(tree, tree.usable(tables, report), report)
        videos = _videos(tree.usable(films, report), report)
        actors = Actors.read(tree, tree.usable(people, report), report)
        for each in sorted(set(votes) - set(videos)):
            report.leave_out("annotated, without a usable video", str(each))
        for each in sorted(set(videos) - set(votes)):
            report.leave_out("videos without annotations", str(videos[each]))
        return [
            SourceRecording(
                name=str(each),
                subject=actors.subject(each),
                footage=Footage(tree.root / videos[each], faces=config.faces),
                labels=votes[each].labels(config.agreement, config.shares),
            )
            for each in sorted(set(videos) & set(votes), key=str)
        ]


def _files(tree, folder, report):
    """Videos, tables and tables of actors; reports all other files."""
    for file in tree.junk:
        report.leave_out("put there by the operating system", str(file))
    films = _inside(tree, _VIDEOS, VIDEO_SUFFIXES)
    tables = _inside(tree, folder, {".csv"})
    people = tree.find_files(TABLE)
    used = {*films, *tables, *people}
    for file in tree.files:
        if file not in used:
            report.leave_out("not read for this configuration", str(file))
    if not films:
        raise tree.refuse(f"videos in a folder {_VIDEOS}", "ramas")
    if not tables:
        raise tree.refuse(
            f"tables (.csv) in a folder {folder}, which this configuration "
            "reads,",
            "ramas",
        )
    return films, tables, people


def _inside(tree, name, suffixes):
    return [
        file
        for folder in tree.find_folders(name, _DEPTH)
        for file in tree.inside(folder)
        if file.suffix.lower() in suffixes
    ]


def _videos(films, report):
    """The video of each recording, the original before converted ones."""
    videos: dict[RecordingId, object] = {}
    for file in sorted(films, key=lambda f: (f.suffix.lower() != ".mov", f)):
        recording = RecordingId.of(file.stem)
        if recording is None:
            report.leave_out("videos not named as recordings", str(file))
        elif videos.setdefault(recording, file) is not file:
            report.leave_out("another video of the same recording", str(file))
    return videos
