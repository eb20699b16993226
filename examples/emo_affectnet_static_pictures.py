"""Names the expressions in pictures, with EMO-AffectNet's image model.

python examples/emo_affectnet_static_pictures.py MODEL PICTURE|FOLDER ...

MODEL is the folder that `emoaff convert` wrote for weights such as
`weights_0_66_37_wo_gl.h5`; any preset of single pictures does. A picture that
is a face crop already is taken whole with --crops.
"""

import argparse

import emoaff
from emoaff.faces import FaceDetector
from emoaff.faces import list_media
from emoaff.faces import read_picture


def main(argv: list[str] | None = None) -> None:
    """Prints a line per face: picture, expression, probabilities."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("pictures", nargs="+")
    parser.add_argument("--crops", action="store_true")
    args = parser.parse_args(argv)
    preset = emoaff.load_preset(args.model)
    detector = FaceDetector()
    for path in (p for given in args.pictures for p in list_media(given)):
        image = read_picture(path).image
        crops = [image]
        if not args.crops:
            found = detector.detect(image)
            crops = [preset.crop(image, face.box) for face in found]
        if not crops:
            print(f"{path.name}: no face")
        for probabilities in preset.predict(crops)["expression"]:
            best = preset.labels.classes[int(probabilities.argmax())]
            shares = " ".join(f"{p:.3f}" for p in probabilities)
            print(f"{path.name}: {best.capitalize()}  ({shares})")


if __name__ == "__main__":
    main()
