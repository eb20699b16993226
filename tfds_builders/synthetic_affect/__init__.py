from tfds_builders.synthetic_affect.synthetic_affect_dataset_builder import (
    Builder,
)

__all__ = ["Builder"]
