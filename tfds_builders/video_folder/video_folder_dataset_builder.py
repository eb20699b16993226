"""Anyone's own labelled videos and pictures."""

import dataclasses
import json
import pathlib

import numpy as np
import tensorflow_datasets as tfds

from emoaff.data.face_crops import FaceCropper
from tfds_builders.video_folder import build_report
from tfds_builders.video_folder import media_tree
from tfds_builders.video_folder import source
from tfds_builders.video_folder import splits
from tfds_builders.video_folder.split_examples import SplitExamples


@dataclasses.dataclass(eq=False)
class VideoFolderConfig(tfds.core.BuilderConfig):
    """Says how faces are cut, beside a TFDS configuration.

    One of your own: `Builder(data_dir=..., config=VideoFolderConfig(
    name="five_hz", rate_hz=5.0))`.

    Args:
        size: See `emoaff.data.face_crops.FaceCropper`.
        margin: As there.
        rate_hz: As there.
        find_faces: As there.
    """

    size: int = 112
    margin: float = 0.3
    rate_hz: float | None = None
    find_faces: bool = True


class Builder(tfds.core.GeneratorBasedBuilder):
    """One example is up to 64 frames of one person in one recording.

    `expression` is an index into `builder.info.metadata["classes"]`, the
    sorted class names that were found in the folder, in lower case.
    """

    VERSION = tfds.core.Version("1.0.0")
    OWN_PROGRESS = True
    RELEASE_NOTES = {"1.0.0": "Initial release."}
    BUILDER_CONFIGS = [
        VideoFolderConfig(
            name="default",
            description="Faces of 112 pixels with a margin of 0.3.",
        ),
        VideoFolderConfig(
            name="small",
            description="Faces of 64 pixels with a margin of 0.2.",
            size=64,
            margin=0.2,
        ),
        VideoFolderConfig(
            name="large",
            description="Faces of 224 pixels with a margin of 0.3.",
            size=224,
        ),
        VideoFolderConfig(
            name="whole",
            description="Pictures that are face crops already, at 112 pixels.",
            find_faces=False,
        ),
    ]
    MANUAL_DOWNLOAD_INSTRUCTIONS = """\
    Your own videos (mp4, mov, avi, webm, mkv, mpg, ...) and pictures (jpg,
    png, ...), in one of two forms.

    A folder for each class, with anything below it, and above them, if there
    are splits, the folders train, validation and test:

      DIR/happy/anna/clip1.mp4         DIR/train/happy/clip1.mp4
      DIR/happy/clip2.mov              DIR/train/sad/clip2.mp4
      DIR/sad/picture.jpg              DIR/validation/happy/clip3.mp4

    Or one table at the top, of any name, separated by comma, semicolon or
    tab, with the column file and any of the others. An empty cell is no
    label:

      DIR/labels.csv    file,label,valence,arousal,subject,split
                        clips/a.mp4,happy,0.7,,anna,train
                        clips/b.mp4,,-0.2,0.1,ben,validation

    With start and end (seconds) a row labels a stretch of its file, which
    becomes a recording of its own:

      DIR/labels.csv    file,start,end,label
                        long.mp4,0,2.5,happy
                        long.mp4,2.5,9,sad

    With time (seconds) the rows of a file are a time series:

      DIR/labels.csv    file,time,valence,arousal
                        a.mp4,0.00,0.10,0.30
                        a.mp4,0.04,0.12,0.31

    Valence and arousal lie in [-1, 1]. Without splits a fifth of the
    subjects is for validation.
    """

    def _info(self):
        side = self.builder_config.size
        frame = {
            "image": tfds.features.Image(
                shape=(side, side, 3),
                encoding_format="jpeg",
                doc="Face crop, uint8 RGB.",
            ),
            "index": tfds.features.Scalar(
                np.int64, doc="Frame in the file, 0-based; a jump is a gap."
            ),
            "time": tfds.features.Scalar(
                np.float32, doc="Seconds from the start of the file."
            ),
            "valence": tfds.features.Scalar(
                np.float32, doc="[-1, 1], NaN = unlabelled."
            ),
            "arousal": tfds.features.Scalar(
                np.float32, doc="[-1, 1], NaN = unlabelled."
            ),
            "expression": tfds.features.Scalar(
                np.int64, doc='Index in metadata["classes"], -1 = unlabelled.'
            ),
        }
        return self.dataset_info_from_configs(
            features=tfds.features.FeaturesDict(
                {
                    "recording": tfds.features.Text(
                        doc="Path in the folder; #t=start,end for a stretch."
                    ),
                    "subject": tfds.features.Text(
                        doc="The person, or the file's path where not given."
                    ),
                    "segment": tfds.features.Scalar(
                        np.int64, doc="Number within the recording, 0-based."
                    ),
                    "frames": tfds.features.Sequence(frame),
                }
            ),
            disable_shuffling=True,
            metadata=tfds.core.MetadataDict(),
        )

    def download_and_prepare(self, *, download_config=None, **kwargs):
        """Builds the corpus, or leaves it if it is built from these files.

        Args:
            download_config: See `tfds.core.DatasetBuilder`.
            **kwargs: As there.

        Raises:
            FileNotFoundError: If the folder holds no recordings.
            ValueError: If the folder contradicts itself, or the corpus was
                built from other files or labels.
        """
        root = download_config and download_config.manual_dir
        if root and not download_config.download_mode.overwrite_dataset:
            _refuse_other_files(pathlib.Path(root), self.data_dir)
        super().download_and_prepare(download_config=download_config, **kwargs)

    def _split_generators(self, dl_manager):
        root = pathlib.Path(dl_manager.manual_dir)
        config = self.builder_config
        report = build_report.BuildReport(f"{self.name}/{config.name}")
        recordings, classes = source.read(root, report)
        report.classes = self.info.metadata["classes"] = classes
        if len(classes) == 1:
            report.note(f"there is one class only, {classes[0]!r}")
        by_split = splits.splits(recordings, report)
        examples = SplitExamples(
            FaceCropper(
                config.size, config.margin, config.rate_hz, config.find_faces
            ),
            report,
        )
        facts = {"fingerprint": media_tree.fingerprint(root)}
        last = list(by_split)[-1]
        return {
            name: self._generate_examples(
                examples.of(name, some),
                (examples, report, facts) if name == last else None,
            )
            for name, some in by_split.items()
        }

    def _generate_examples(self, examples, closing):
        yield from examples
        if closing:
            split_examples, report, facts = closing
            split_examples.finish()
            report.finish()
            report.write(self.data_dir, **facts)
            print(report.to_text())


def _refuse_other_files(root, data_dir):
    if pathlib.Path(data_dir).resolve().is_relative_to(root.resolve()):
        raise ValueError(
            "Expected the corpus to be built outside of the folder with the "
            f"files. Received: data_dir={data_dir}, in {root}. Choose another."
        )
    built = pathlib.Path(data_dir, build_report.NAME)
    if not built.exists():
        source.refuse_empty(root)  # TFDS would raise an AssertionError
        return
    built_from = json.loads(built.read_text("utf-8"))["fingerprint"]
    if media_tree.fingerprint(root) != built_from:
        raise ValueError(
            "Expected the files from which the corpus was built. Received: "
            f"{root}, which holds others than when {data_dir} was built. "
            f"Build into another folder, or delete {data_dir} first."
        )
