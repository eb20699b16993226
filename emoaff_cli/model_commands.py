"""`emoaff models`."""

import argparse

from emoaff_cli.arguments import complain
from emoaff_cli.arguments import sentence


def add_models(commands) -> None:
    """Adds the command to argparse's subparsers."""
    command = commands.add_parser(
        "models", help="the presets, or the card of one"
    )
    command.add_argument(
        "name",
        nargs="?",
        metavar="NAME|FOLDER",
        help="or pull hf://user/name@revision, or push FOLDER hf://user/name",
    )
    command.add_argument("more", nargs="*", help=argparse.SUPPRESS)
    command.set_defaults(run=_run_models, needs_keras=False)


def _use_hub(verb, words):
    """Fetches a preset from the Hub, or uploads one."""
    from emoaff import presets
    from emoaff.presets import hub

    if verb == "pull" and len(words) == 1:
        path = hub.fetch_preset(words[0])
        presets.read_config(path)
        print(path)
    elif verb == "push" and len(words) == 2:
        folder = presets.find(words[0])
        presets.read_config(folder)
        print(hub.push_preset(folder, words[1]))
    else:
        raise ValueError(
            "Expected a name, pull hf://user/name@revision, or push FOLDER "
            f"hf://user/name. Received: {' '.join([verb, *words])}."
        )


def _run_models(args):
    from emoaff import presets
    from emoaff.presets import model_card

    if args.name in ("pull", "push") or args.more:
        _use_hub(args.name, args.more)
        return
    if args.name:
        path = presets.find(args.name) / presets.CARD
        if not path.is_file():
            # Says what is the matter with a run that has not ended.
            presets.read_config(args.name)
        print(path.read_text("utf-8"))
        return
    for name in presets.list_presets():
        try:
            config = presets.read_config(name)
            weights = presets.find(name) / config["weights"]["file"]
            size = weights.stat().st_size / 1e6
        except (OSError, ValueError) as error:
            # One damaged preset does not hide the others.
            complain(sentence(error))
            continue
        print(f"{name}  {size:.1f} MB, {model_card.write_headline(config)}")
