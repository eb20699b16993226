"""The systems whose weights can be read."""

from emoaff.convert.affwildnet import from_affwildnet
from emoaff.convert.emo_affectnet import from_emo_affectnet
from emoaff.convert.end2you import from_end2you
from emoaff.convert.keras_applications import from_keras_applications
from emoaff.convert.keras_vggface import from_keras_vggface
from emoaff.convert.rangulov_gru import from_rangulov_gru
from emoaff.convert.slim_checkpoint import from_slim_resnet
from emoaff.convert.torchvision_resnet import from_torchvision_resnet

# Name, as `--from` takes it, to the function that reads such files: the path,
# then settings by name, each with a default that tells its type.
SOURCES = {
    "affwildnet": from_affwildnet,
    "emo-affectnet": from_emo_affectnet,
    "end2you": from_end2you,
    "keras-applications": from_keras_applications,
    "keras-vggface": from_keras_vggface,
    "rangulov-gru": from_rangulov_gru,
    "slim-resnet": from_slim_resnet,
    "torchvision-resnet": from_torchvision_resnet,
}
