"""`emoaff features`."""


def add_features(commands) -> None:
    """Adds the command to argparse's subparsers."""
    command = commands.add_parser(
        "features",
        help="write a preset's feature vectors of faces",
        description="Writes what a layer of a preset's image model makes of "
        "each face: of videos, pictures and folders, or of a built corpus.",
    )
    command.add_argument("model", metavar="PRESET|FOLDER|RUN")
    command.add_argument(
        "inputs", nargs="*", metavar="VIDEO|IMAGE|FOLDER", help="files"
    )
    command.add_argument(
        "--out",
        required=True,
        metavar="FILE",
        help="ends in .parquet, .h5 or .hdf5",
    )
    command.add_argument(
        "--layer",
        default="features",
        metavar="NAME",
        help="which layer; default: %(default)s",
    )
    command.add_argument(
        "--dataset", metavar="NAME", help="a built corpus instead of files"
    )
    command.add_argument(
        "--split", metavar="SPLIT", help="of the corpus", default="train"
    )
    command.add_argument(
        "--data-dir",
        default="data",
        metavar="DIR",
        help="where it was built; default: %(default)s",
    )
    command.set_defaults(run=_run_features)


def _run_features(args):
    from emoaff.prediction.feature_file import FeatureFile
    from emoaff.presets import load_preset

    if bool(args.inputs) == bool(args.dataset):
        raise ValueError(
            "Expected videos, pictures or folders, or --dataset. Received: "
            f"{'both' if args.inputs else 'neither'}."
        )
    preset = load_preset(args.model)
    name = preset.config.get("name", preset.name)
    about = {"model": name, "layer": args.layer}
    about["weights_sha256"] = preset.config["weights"]["sha256"]
    blocks = _read_corpus if args.dataset else _read_files
    with FeatureFile(args.out, about) as file:
        for columns, vectors in blocks(args, preset):
            file.write(columns, vectors)
    print(f"{args.out}: {file.count} vectors")


def _read_corpus(args, preset):
    from emoaff.data.recordings import load_recordings
    from emoaff.evaluation.corpus_features import extract_corpus_features

    recordings = load_recordings(args.dataset, args.split, args.data_dir)
    yield from extract_corpus_features(preset, recordings, args.layer)


def _read_files(args, preset):
    from emoaff.faces.detect import FaceDetector
    from emoaff.faces.media import find_media
    from emoaff.prediction.face_features import extract_features

    detector, found = FaceDetector(), []
    for path in args.inputs:
        media = find_media(path)
        if not media.files:
            raise ValueError(media.describe_nothing())
        found += [file for file in media.files if file not in found]
    for file in found:
        blocks = extract_features(file, preset, args.layer, detector=detector)
        for columns, vectors in blocks:
            named = {"file": [str(file)] * len(vectors), **columns}
            yield named, vectors
