from tfds_builders.jaffe.jaffe_dataset_builder import Builder

__all__ = ["Builder"]
