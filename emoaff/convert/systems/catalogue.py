"""The systems whose weights can be read."""

from emoaff.convert.systems.affwildnet import from_affwildnet
from emoaff.convert.systems.emo_affectnet import from_emo_affectnet
from emoaff.convert.systems.end2you import from_end2you
from emoaff.convert.systems.keras_applications import from_keras_applications
from emoaff.convert.systems.keras_vggface import from_keras_vggface
from emoaff.convert.systems.rangulov_gru import from_rangulov_gru
from emoaff.convert.systems.slim_checkpoint import from_slim_resnet
from emoaff.convert.systems.torchvision_resnet import from_torchvision_resnet

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
