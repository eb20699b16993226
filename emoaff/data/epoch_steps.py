"""Which windows of an epoch one worker reads, batch by batch."""

import numpy as np
import tensorflow as tf


class EpochSteps:
    """Cuts the order of an epoch into batches, and these into shards.

    Args:
        windows: Number of windows there are.
        order: int64, numbers of windows as they are wanted.
        batch_size: Windows in a batch, of all shards together.
        first_step: Leaves out so many batches.
        drop_remainder: Whether to leave out a last batch that is not full.
        shard: `(i, n)` takes part `i` of each batch only, of `n` equal parts.

    Attributes:
        order: As given.
        own: Windows of a full batch, of this shard.
        count: Number of batches.

    Raises:
        ValueError: If the arguments do not fit each other.
    """

    def __init__(
        self, windows, order, batch_size, first_step, drop_remainder, shard
    ):
        part, parts = shard
        self.order = np.asarray(order, np.int64)
        if batch_size < 1 or first_step < 0 or not 0 <= part < parts:
            raise ValueError(
                "`batch_size` must be at least 1, `first_step` at least 0 and "
                f"`shard` (i, n) with i < n. Received: batch_size={batch_size}"
                f", first_step={first_step}, shard={shard}."
            )
        if parts > 1 and (batch_size % parts or not drop_remainder):
            raise ValueError(
                "A batch must be full and have equal parts for all shards. "
                f"Received: batch_size={batch_size}, shard={shard}, "
                f"drop_remainder={drop_remainder}."
            )
        if ((self.order < 0) | (self.order >= windows)).any():
            raise ValueError(
                f"`order` must hold numbers of windows, 0 to {windows - 1}. "
                f"Received: {self.order.min()} to {self.order.max()}."
            )
        places = np.arange(len(self.order))[first_step * batch_size :]
        full = len(places) // batch_size * batch_size
        self.own = batch_size // parts
        self._full = places[:full].reshape(-1, parts, self.own)[:, part]
        self._rest = places[full:][None] if not drop_remainder else places[:0]
        self.count = len(self._full) + (self._rest.size > 0)

    def make_data_set(self, function, together: int) -> tf.data.Dataset:
        """Returns a data set of what `function` makes of each batch.

        Args:
            function: Takes int64 `(batches, own)`, places in `order`; returns
                arrays and ragged arrays with a row for each batch. It is
                called while the data set is read.
            together: Batches it is to be called with at once.
        """
        edges = range(together, len(self._full), together)
        parts = [*np.split(self._full, edges), self._rest]

        def spec(value):
            if isinstance(value, tf.RaggedTensor):
                return tf.RaggedTensorSpec([None, None], value.dtype)
            own = None if self._rest.size else self.own
            return tf.TensorSpec([None, own, *value.shape[2:]], value.dtype)

        example = function(np.empty((0, self.own), np.int64))
        return tf.data.Dataset.from_generator(
            lambda: (function(part) for part in parts if part.size),
            output_signature=tf.nest.map_structure(spec, example),
        ).unbatch()

    def finish(self, batches: tf.data.Dataset) -> tf.data.Dataset:
        """Sets the number of batches, and that they are sharded here."""
        options = tf.data.Options()
        options.experimental_distribute.auto_shard_policy = (
            tf.data.experimental.AutoShardPolicy.OFF
        )
        known = tf.data.experimental.assert_cardinality(self.count)
        return batches.prefetch(1).apply(known).with_options(options)
