from tfds_builders.realeyes_like.realeyes_like_dataset_builder import Builder

__all__ = ["Builder"]
