"""From a preset and a built corpus to predictions and scores."""
