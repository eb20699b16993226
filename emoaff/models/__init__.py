from emoaff.models.affwildnet import build_affwildnet
from emoaff.models.backbones import build_backbone
from emoaff.models.backbones import register_backbone
from emoaff.models.cnn_lstm import build_cnn_lstm
from emoaff.models.emo_affectnet import build_emo_affectnet_backbone
from emoaff.models.emo_affectnet import build_emo_affectnet_lstm
from emoaff.models.fusion import build_fusion
from emoaff.models.heads import Head
from emoaff.models.mobilenet_v1 import build_mobilenet_v1
from emoaff.models.rangulov import build_rangulov_cnn
from emoaff.models.rangulov import build_rangulov_gru
from emoaff.models.resnet import build_resnet
from emoaff.models.slim_resnet50 import build_slim_resnet50
from emoaff.models.small_cnn import build_small_cnn
from emoaff.models.vgg_face16 import build_vgg_face16
from emoaff.models.vggface2_resnet50 import build_vggface2_resnet50

__all__ = [
    "Head",
    "build_affwildnet",
    "build_backbone",
    "build_cnn_lstm",
    "build_emo_affectnet_backbone",
    "build_emo_affectnet_lstm",
    "build_fusion",
    "build_mobilenet_v1",
    "build_rangulov_cnn",
    "build_rangulov_gru",
    "build_resnet",
    "build_slim_resnet50",
    "build_small_cnn",
    "build_vgg_face16",
    "build_vggface2_resnet50",
    "register_backbone",
]
