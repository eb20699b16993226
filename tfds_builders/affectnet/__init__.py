from tfds_builders.affectnet.affectnet_dataset_builder import Builder

__all__ = ["Builder"]
