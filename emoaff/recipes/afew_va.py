"""A preset of expressions learns valence and arousal of frames of films.

Ours, not a paper's: as `affectnet_va`, on the frames of AFEW-VA's 600 clips,
each by itself. The corpus has no splits: a fifth of the people validate.

    emoaff train afew_va --data-dir data --out runs/afew_va

`emoaff crossval afew_va --protocol k-fold` scores it on everyone. For a memory
over frames see `affwildnet_vgg` with `--set data.dataset=afew_va/landmarks`.

Expect: not run here, since the corpus is licensed; on drawn faces it would be
`emoaff train affectnet_va --small`. Hours unknown: two CPU cores
train about 100 pictures of `compact_ferplus` a second, and the corpus has some
30,000 frames.
"""

from emoaff.recipes import affectnet_va
from emoaff.recipes import finetune

# `affectnet_va` for AFEW-VA; neighbouring frames are nearly the same picture.
CONFIG = affectnet_va.CONFIG.change(
    data={"dataset": "afew_va/landmarks"}, schedule={"epochs": 4}
)
# Settings that this network does not look at.
UNUSED = (
    "model.backbone",
    "model.grey",
    "model.temporal",
    "model.units",
    "model.fusion",
)
# Not run; `affectnet_va --small` is what comes nearest.
EXPECTED = ()

NAME = "afew_va"
ABOUT = {
    **affectnet_va.ABOUT,
    "summary": """\
Valence and arousal of a single face picture: a preset of expressions that went
on learning from AFEW-VA's labels.""",
    "data": """\
AFEW-VA: clips of films, every frame labelled, on top of what the first preset
learned from (see its card).""",
    "licence": """\
That of the first preset, and the corpus's own terms, which you agreed to when
you got it: see `emoaff corpora afew_va`.""",
}


build = finetune.build
complete = finetune.complete
