"""ResNet-50 and two LSTMs learn arousal and valence on RECOLA (fine-tuning).

Tzirakis et al., 2021, arXiv 2111.02717, Table 5: the same network beginning
from random weights, from ImageNet's, or from a run of `tzirakis_realeyes`.

    emoaff train tzirakis_recola --data-dir data --out runs/recola_random
    emoaff train tzirakis_recola --data-dir data --out runs/recola_imagenet \
        --set start=imagenet
    emoaff train tzirakis_recola --data-dir data --out runs/recola \
        --set start=runs/tzirakis_realeyes

Expect, as printed in Table 5, CCC on test (validation), arousal and valence:

| start | arousal | valence |
|---|---|---|
| random | .319 (.342) | .481 (.548) |
| ImageNet | .324 (.330) | .492 (.554) |
| RealEyes | .341 (.376) | .538 (.596) |

after post-processing (`emoaff evaluate --fit-postprocess`). Not reproduced
here: the corpus is licensed. Hours unknown. Two windows of 150 frames fit an
ordinary GPU with `frames_at_once=30`.

What the paper leaves open: the width of the LSTMs (`units`), whether the CCC
is of each window or of the batch (`loss=ccc` or `ccc_batch`; the first
author's earlier code has the batch), and the list of subjects in each split
(that of the builder).
"""

import dataclasses

from emoaff.training.clip_config import ClipConfig
from emoaff.training.clip_models import clip_model


@dataclasses.dataclass(frozen=True)
class Config(ClipConfig):
    """`ClipConfig` as the paper has it; see above for what it leaves open."""

    dataset: str = "recola"
    epochs: int = 300
    patience: int = 20


NAME = "tzirakis_recola"
ABOUT = {
    "summary": """\
Arousal and valence of each frame of a face video: ResNet-50 and two LSTMs, as
in Tzirakis et al. (2021).""",
    "data": """\
RECOLA: 46 people in video calls, in French; the mean of six raters.""",
    "licence": """\
The weights come from a corpus with terms of its own, which you agreed to when
you got it: see `emoaff corpora recola`.""",
    "training": """\
Concordance loss, Adam at a fixed rate; the epoch with the best validation CCC
is kept.""",
    "limits": """\
It says what a face shows as the corpus's raters saw it, not what a person
feels. How it does on other people and cameras was not measured.""",
}


build = clip_model
