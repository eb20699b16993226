"""`emoaff convert`."""

import argparse

from emoaff_cli.arguments import overrides

_DESCRIPTION = (
    "Makes a preset of another system's weights, or with --to writes a "
    "preset's weights for another library."
)


def add_convert(commands) -> None:
    """Adds the command to argparse's subparsers."""
    command = commands.add_parser(
        "convert",
        help="weights of other systems to a preset, and back",
        description=_DESCRIPTION,
    )
    command.add_argument(
        "source",
        nargs="?",
        metavar="SOURCE",
        help="the file, or the prefix of a checkpoint; with --to, a preset",
    )
    command.add_argument(
        "--from",
        dest="kind",
        metavar="NAME",
        help="the system it is of, see --list; default: what it looks like",
    )
    command.add_argument(
        "--to", choices=("safetensors",), help="write a preset's weights"
    )
    command.add_argument(
        "--out", metavar="PATH", help="the preset's folder; with --to, the file"
    )
    command.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a setting of the system's reader; may be given several times",
    )
    command.add_argument(
        "--features-from",
        metavar="PRESET",
        help="of a model of features: the preset that makes them",
    )
    command.add_argument(
        "--names",
        choices=("torchvision", "emo-affectnet"),
        help="with --to: whose names the tensors get; default: the network's",
    )
    command.add_argument(
        "--list", action="store_true", help="the systems, and their settings"
    )
    command.set_defaults(run=_run_convert)


def _run_convert(args):
    if args.list:
        _list()
        return
    if not args.source or not args.out:
        raise ValueError(
            "Expected a file and where the result goes. Received: "
            f"SOURCE={args.source}, --out {args.out}. Give both, as in "
            "emoaff convert weights.h5 --out my_preset, or --list."
        )
    if args.to:
        _write(args)
    else:
        _read(args)


def _read(args: argparse.Namespace):
    from emoaff.convert import convert
    from emoaff.convert import save

    if args.names:
        raise ValueError(
            "Expected --names together with --to alone. Received: --names "
            f"{args.names}."
        )
    settings = overrides(args.set)
    if args.features_from:
        settings["features_from"] = args.features_from
    found = convert(args.source, args.kind, **settings)
    print(save(found, args.out))
    for note in found.notes:
        print(f"- {note}")


def _write(args):
    from emoaff.convert import write_safetensors
    from emoaff.presets import load_preset

    if args.kind or args.set or args.features_from:
        raise ValueError(
            "Expected of --to a preset, --out and --names alone. Received "
            "also --from, --set or --features-from."
        )
    preset = load_preset(args.source)
    print(write_safetensors(preset, args.out, args.names))


def _list():
    import inspect

    from emoaff.convert import SOURCES

    for name, function in sorted(SOURCES.items()):
        print(f"{name}  {inspect.getdoc(function).splitlines()[0]}")
        for setting in inspect.signature(function).parameters.values():
            if setting.name == "features_from":
                print("  --features-from PRESET")
            elif setting.kind is setting.KEYWORD_ONLY:
                print(f"  --set {setting.name}={setting.default}")
