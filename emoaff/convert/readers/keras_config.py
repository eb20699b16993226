"""Looks through the config of a Keras model without building anything.

What is public here:

    list_layer_classes(config) -> dict of class name
    refuse_code(config, path)
"""

_CODE = {"Lambda", "__lambda__"}


def list_layer_classes(config) -> dict[str, str]:
    """Returns the class name of every layer by its name, in order.

    Args:
        config: Of a model, as JSON gives it; models and wrapped layers within
            it count too.
    """
    return {
        node["config"]["name"]: node["class_name"]
        for node in _nodes(config)
        if isinstance(node.get("class_name"), str)
        and not node["class_name"].endswith("Policy")  # of dtypes
        and isinstance(node.get("config"), dict)
        and isinstance(node["config"].get("name"), str)
    }


def refuse_code(config, path) -> None:
    """Raises ValueError if a config holds program code anywhere.

    Keras stores a Python function in a `Lambda` layer as code that would run
    when the model is used. emoaff runs no code from files.

    Args:
        config: Of a model, as JSON gives it.
        path: The file, for messages.
    """
    for node in _nodes(config):
        name = node.get("class_name")
        coded = [v for k, v in node.items() if str(k).endswith("function_type")]
        if name in _CODE or "lambda" in coded or "raw" in coded:
            inner = node.get("config")
            inner = inner.get("name") if isinstance(inner, dict) else None
            raise ValueError(
                f"Expected a model without program code in {path}. Found a "
                f"Lambda layer ({inner or name or 'unnamed'}), which holds a "
                "function to be run. emoaff runs no code from files: save the "
                "weights alone (`model.save_weights`) where you trust the file."
            )


def _nodes(config):
    """Every dict in the config, outermost and first ones first."""
    waiting = [config]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting.extend(reversed(list(node.values())))
        elif isinstance(node, list):
            waiting.extend(reversed(node))
