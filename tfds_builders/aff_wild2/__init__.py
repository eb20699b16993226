from tfds_builders.aff_wild2.aff_wild2_dataset_builder import Builder

__all__ = ["Builder"]
