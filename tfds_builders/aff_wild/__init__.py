from tfds_builders.aff_wild.aff_wild_dataset_builder import Builder

__all__ = ["Builder"]
