"""Shows the expression of the person at the camera, as EMO-AffectNet does.

python examples/emo_affectnet_webcam.py MODEL [--source 0] [--record result.mp4]

With a preset of pictures each frame is named by itself; with the LSTM the last
two seconds are. The original pushes every camera frame into a window that was
trained on 5 a second: --every-frame does so too. `--source` is a camera's
number or a video file; `q` ends it.
"""

import argparse
import math
import time

import cv2

import emoaff
from emoaff.faces import Frame
from emoaff.faces import Video
from emoaff.faces import VideoWriter
from emoaff.prediction.emo_affectnet_drawing import draw
from emoaff.prediction.video import predict_frames

_MAGENTA = (255, 0, 255)


def main(argv: list[str] | None = None) -> None:
    """Shows, prints and records until the source ends or `q` is pressed."""
    args = _arguments(argv)
    preset = emoaff.load_preset(args.model)
    options = {"faces": "largest"}
    if args.every_frame:
        options["rate_hz"] = math.inf
    writer, latest, began = None, "", time.monotonic()
    try:
        for frame, rows in predict_frames(
            _frames(args.source), preset, **options
        ):
            image = draw(frame.image, rows, preset.labels.classes)
            rate = (frame.index + 1) / (time.monotonic() - began)
            _write_rate(image, rate)
            best = _best(rows[0], preset.labels.classes)
            if best != latest:
                print(f"{frame.time_s:7.2f} s  {best or 'no face'}")
            latest = best
            if args.record:
                writer = writer or _writer(args.record, image)
                writer.write(image, frame.time_s)
            if not args.no_window:
                cv2.imshow("Webcam", image[..., ::-1])
                if cv2.waitKey(1) & 0xFF == ord("q"):
                    break
    finally:
        if writer:
            writer.close()


def _arguments(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("--source", default="0")
    parser.add_argument("--record", metavar="FILE")
    parser.add_argument("--every-frame", action="store_true")
    parser.add_argument("--no-window", action="store_true")
    return parser.parse_args(argv)


def _frames(source):
    if not source.isdigit():
        yield from Video(source)
        return
    camera, began = cv2.VideoCapture(int(source)), time.monotonic()
    if not camera.isOpened():
        raise SystemExit(f"No camera {source}. Name another with --source.")
    index = 0
    while True:
        there, image = camera.read()
        if not there:
            return
        yield Frame(index, time.monotonic() - began, image[..., ::-1].copy())
        index += 1


def _best(row, classes):
    if row.probabilities is None:
        return None
    return classes[int(row.probabilities.argmax())].capitalize()


def _write_rate(image, rate):
    text, font = f"FPS: {rate:.1f}", cv2.FONT_HERSHEY_SIMPLEX
    (width, height), _ = cv2.getTextSize(text, font, 0.6, 1)
    place = (image.shape[1] - width - 8, height + 8)
    cv2.putText(image, text, place, font, 0.6, _MAGENTA, 1, cv2.LINE_AA)


def _writer(path, image):
    height, width = image.shape[:2]
    return VideoWriter(path, width, height, 30)


if __name__ == "__main__":
    main()
