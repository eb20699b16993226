"""IEMOCAP: utterances of acted dialogs, cut from the videos of the dialogs."""

import collections
import dataclasses
import math

from emoaff import labels
from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.corpus_about import CorpusAbout
from emoaff.corpora.crop_config import CropConfig
from emoaff.corpora.footage import Footage
from emoaff.corpora.frame_labels import FrameLabels
from emoaff.corpora.recording_corpus import RecordingCorpus
from emoaff.corpora.source_recording import SourceRecording
from emoaff.corpora.source_tree import SourceTree
from tfds_builders.iemocap_video import emo_evaluation
from tfds_builders.iemocap_video import source_files
from tfds_builders.iemocap_video.utterance import Utterance

_NO_AGREEMENT = "xxx"
_CLASSES = {
    "ang": "anger",
    "hap": "happiness",
    "sad": "sadness",
    "neu": "neutral",
    "fru": "frustration",
    "exc": "excitement",
    "fea": "fear",
    "sur": "surprise",
    "dis": "disgust",
    "oth": "other",
}
_TOP, _BOTTOM = 112 / 480, 368 / 480  # rows of the picture in its letter-box
_SESSIONS = {f"Ses{number:02d}" for number in range(1, 6)}


@dataclasses.dataclass(eq=False)
class IemocapVideoConfig(CropConfig):
    """Adds what is taken of IEMOCAP, and how, to how faces are cut.

    Args:
        only_agreed: Whether utterances on whose emotion the evaluators do not
            agree (`xxx`) are left out; else they are stored without a class,
            for their valence and arousal.
        merge_excited: Whether `exc` counts as happiness.
        cut_letter_box: Whether the black bars above and below are cut away
            first: rows 112 to 368 of 480 are kept.
    """

    only_agreed: bool = False
    merge_excited: bool = False
    cut_letter_box: bool = True


class Builder(RecordingCorpus):
    """One example is up to 64 frames of the speaker of one utterance.

    `index` and `time` are those of the dialog's video. `expression` is an
    index in the label space "iemocap". A rating of 1 to 5 is stored as
    `(rating - 3) / 2`; dominance is not stored.
    """

    VERSION = RecordingCorpus.FIRST
    RELEASE_NOTES = {"1.0.0": "Initial release."}
    LABEL_SPACE = "iemocap"
    ABOUT = CorpusAbout(
        title="IEMOCAP: ten actors in dyadic dialogs, scripted and improvised.",
        licence="Signed release form of USC SAIL, research only.",
        homepage="https://sail.usc.edu/iemocap/",
        how_to_get="Ask SAIL for the full release with the release form.",
    )
    # 10,039 utterances, 2,507 of them `xxx`.
    PUBLISHED = {
        "full": {"train": {"recordings": 10039}},
        "agreed": {"train": {"recordings": 7532}},
    }
    BUILDER_CONFIGS = [
        IemocapVideoConfig(
            name="full",
            description="All utterances, of no class without agreement.",
        ),
        IemocapVideoConfig(
            name="agreed",
            description="Only utterances on whose emotion evaluators agree.",
            only_agreed=True,
        ),
    ]
    MANUAL_DOWNLOAD_INSTRUCTIONS = """\
    The full release, or those of its sessions that you have:

      IEMOCAP_full_release/Session1/dialog/
        avi/DivX/Ses01F_impro01.avi ...
        EmoEvaluation/Ses01F_impro01.txt ...
      IEMOCAP_full_release/Session2/ ... Session5/

    Nothing else of it is read. Videos that were converted may have another
    ending than .avi, but must have the same name and the same times.
    """

    def survey(
        self, tree: SourceTree, report: BuildReport
    ) -> list[SourceRecording]:
        """Lists the recordings of the corpus and their labels."""
        evaluations, videos = source_files.find(tree, report)
        found: dict[str, Utterance] = {}
        unfilmed = set()
        for file in evaluations:
            for each in emo_evaluation.read(
                tree.root / file, str(file), report
            ):
                if each.dialog.lower() not in videos:
                    unfilmed.add(each.dialog)
                elif found.setdefault(each.name, each) is not each:
                    report.leave_out("utterances listed again", each.name)
        for dialog in sorted(unfilmed):
            report.leave_out("dialogs without a usable video", dialog)
        rated = {each.dialog.lower() for each in found.values()}
        for dialog in sorted(set(videos) - rated):
            report.leave_out(
                "videos without an evaluation", str(videos[dialog])
            )
        kept = self._kept(sorted(found.values(), key=_get_name), report)
        return [
            self._recording(each, tree.root / videos[each.dialog.lower()])
            for each in kept
        ]

    def _kept(self, utterances, report):
        """The utterances to store; says what is odd about them."""
        kept, unrated, unknown = [], 0, collections.Counter()
        for each in utterances:
            ratings = math.isnan(each.valence), math.isnan(each.arousal)
            has_class = each.code in _CLASSES
            unrated += any(ratings)
            if not has_class and each.code != _NO_AGREEMENT:
                unknown[each.code] += 1
            if self.builder_config.only_agreed and not has_class:
                report.leave_out("no agreed emotion", each.name)
            elif all(ratings) and not has_class:
                report.leave_out("no class, and no rating", each.name)
            else:
                kept.append(each)
        if unrated:
            report.note(
                "valence or arousal is no number from 1 to 5, and stored as "
                f"unlabelled, in utterances: {unrated}"
            )
        for code, count in sorted(unknown.items()):
            report.note(
                f"emotion {code!r} is unknown, and stored as no class, in "
                f"utterances: {count}"
            )
        absent = _SESSIONS - {each.dialog[:5] for each in utterances}
        if absent:
            report.note(f"sessions not there: {', '.join(sorted(absent))}")
        return kept

    def _recording(self, utterance, path):
        return SourceRecording(
            name=utterance.name,
            subject=utterance.subject,
            footage=Footage(
                path,
                start_s=utterance.start_s,
                end_s=utterance.end_s,
                region=self._choose_region(utterance),
                faces=self.builder_config.faces,
            ),
            labels=FrameLabels.constant(
                valence=(utterance.valence - 3) / 2,
                arousal=(utterance.arousal - 3) / 2,
                expression=self._find_class(utterance.code),
            ),
        )

    def _choose_region(self, utterance):
        """The speaker's half: who wears the markers is on the left."""
        left = 0.0 if utterance.speaker == utterance.wearer else 0.5
        cut = self.builder_config.cut_letter_box
        top, bottom = (_TOP, _BOTTOM) if cut else (0.0, 1.0)
        return left, top, left + 0.5, bottom

    def _find_class(self, code):
        if code not in _CLASSES:
            return -1
        if code == "exc" and self.builder_config.merge_excited:
            code = "hap"
        return labels.get(self.LABEL_SPACE).index(_CLASSES[code])


def _get_name(utterance):
    return utterance.name
