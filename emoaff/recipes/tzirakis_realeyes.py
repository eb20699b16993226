"""ResNet-50 and two LSTMs learn eight emotions from webcam videos.

Tzirakis et al., 2021, arXiv 2111.02717, section 3 and Tables 3 and 4: the
network is pre-trained on the RealEyes set with a sigmoid loss weighted by
reciprocal counts, windows with rare emotions are repeated, and its weights
begin `tzirakis_recola`.

    emoaff train tzirakis_realeyes --data-dir data --out runs/tzirakis_realeyes

The paper enlarges faces to 170 pixels and cuts 150 out. A corpus built as
`realeyes_like+size=170` holds such faces, which are then only cut; from one of
150 pixels, pieces of 132 are enlarged, which shows the same but takes longer:

    emoaff prepare realeyes_like+size=170 --manual-dir CORPUS --data-dir data
    emoaff train tzirakis_realeyes --data-dir data --out runs/realeyes \
        --set dataset=realeyes_like+size=170 --set pixels=uint8

Expect: the paper gives no score for this step. RealEyes is not public; the
corpus `realeyes_like` reads the same kind of folder. Not run here; hours
unknown.

What the paper leaves open, and the settings that decide it here:

- width of the LSTMs: `units` (256, from the first author's earlier code)
- which counts weigh, and how they are scaled: those of the windows trained on,
  `class_weights` to mean 1
- stride and number of the repeated windows: `oversample_stride`, `copies`;
  whether a little neutral is tolerated: `tolerated_share`; whether "other" is
  frequent: `frequent`
- ranges of brightness and saturation: `augment=tzirakis`, from that same code
- epochs, and what decides when to stop: `epochs`, `patience`, `monitor`
"""

import dataclasses

from emoaff.training.clip_config import ClipConfig
from emoaff.training.clip_models import clip_model


@dataclasses.dataclass(frozen=True)
class Config(ClipConfig):
    """`ClipConfig` as the paper has it; see above for what it leaves open."""

    dataset: str = "realeyes_like"
    target: str = "emotions"
    balance: str = "oversample"
    frequent: tuple[str, ...] = ("neutral",)
    oversample_stride: int = 75
    augment: str = "tzirakis"
    loss: str = "sigmoid"
    class_weights: str = "mean"
    start: str = "imagenet"
    monitor: str = "uar"


NAME = "tzirakis_realeyes"
ABOUT = {
    "summary": """\
Eight emotions of each frame of a face video: ResNet-50 and two LSTMs, as
Tzirakis et al. (2021) pre-train them.""",
    "data": """\
Webcam videos of people watching films, in the layout of `realeyes_like`.""",
    "licence": """\
The weights come from a corpus with terms of its own, which you agreed to when
you got it: see `emoaff corpora realeyes_like`.""",
    "training": """\
Sigmoid loss weighted by reciprocal counts, windows with rare emotions
repeated, Adam at a fixed rate.""",
    "limits": """\
It says what a face shows as the corpus's raters saw it, not what a person
feels. How it does on other people and cameras was not measured.""",
}


build = clip_model
