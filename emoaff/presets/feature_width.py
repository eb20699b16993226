"""How wide a preset's features are, from its `config.json` alone."""


def describe_features(config: dict, name: str = "features") -> str:
    """Describes a layer of a preset from its `config.json` alone.

    Args:
        config: It.
        name: Of the layer.

    Returns:
        Its width and kind in words; empty if there is no such layer or its
        width is not written there.
    """
    waiting = [config.get("architecture", {})]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            if node.get("name") == name and "class_name" in node:
                width = _find_width(node)
                return (
                    f"{width:,} numbers, {node['class_name']}" if width else ""
                )
            waiting += node.values()
    return ""


def _find_width(node):
    settings = node.get("config", {})
    if "units" in settings:
        return settings["units"]
    try:
        (before,) = node["inbound_nodes"][0]["args"]
        return before["config"]["shape"][-1]
    except (KeyError, IndexError, TypeError, ValueError):
        return None
