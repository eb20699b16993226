"""How presets of every kind are run over the faces of a video."""
