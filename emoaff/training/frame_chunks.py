import keras
import tensorflow as tf

from emoaff.models.fusion import VIDEO


class FrameChunks:
    """Computes a clip model's gradients a few frames at a time.

    All activations of the image model for 2 x 150 frames do not fit an
    ordinary GPU. Here its features are first computed chunk by chunk and only
    they are kept; the gradient at the features goes back through each chunk,
    whose activations are computed once more. Costs a second forward pass of
    the image model, and its memory is that of one chunk.

    The gradient is that of the whole batch, with one exception: a batch norm
    in training mode sees a chunk at a time. Dropout draws the same in both
    passes, and moving averages move once.

    Args:
        model: As `emoaff.models.build_cnn_lstm` makes it: its layer named
            `backbone` is a `Framewise`, and all else follows that.
        frames_at_once: Frames in a chunk; must divide the batch's frames.

    Raises:
        ValueError: If the model has no such layer.
    """

    def __init__(self, model: keras.Model, frames_at_once: int):
        names = [layer.name for layer in model.layers]
        if "backbone" not in names:
            raise ValueError(
                "frames_at_once needs a model of pictures over time, with a "
                f"layer named 'backbone'. Received: layers {names}. Set "
                "frames_at_once=0."
            )
        self._framewise = model.get_layer("backbone")
        self._encoder = self._framewise.layer
        self._others = []
        if isinstance(model.input, dict):
            self._others = [name for name in model.input if name != VIDEO]
        inputs = [self._framewise.output]
        inputs += [model.input[name] for name in self._others]
        self._rest = keras.Model(inputs, model.outputs)
        self._structure = model.output
        self._size = frames_at_once
        trained = {id(v) for v in self._encoder.trainable_variables}
        self._state = [
            v.value for v in self._encoder.variables if id(v) not in trained
        ]

    def gradients(self, x, loss_of, variables, regularization):
        """Computes loss and gradients.

        Args:
            x: `(batch, frames, height, width, channels)`, a static shape; or
                a dict of it, `frames`, and what else the model takes.
            loss_of: Maps predictions to the scalar to differentiate.
            variables: `tf.Variable`s of the model.
            regularization: Gives the weights' own loss, a scalar.

        Returns:
            Gradients in the order of `variables`, and the scalar.

        Raises:
            ValueError: If the chunks do not divide the frames.
        """
        others = [x[name] for name in self._others]
        x = x[VIDEO] if others else x
        batch, frames = x.shape[:2]
        if (batch * frames) % self._size:
            raise ValueError(
                f"frames_at_once must divide the {batch * frames} frames of a "
                f"batch. Received: frames_at_once={self._size}."
            )
        chunks = tf.reshape(x, (-1, self._size, *x.shape[2:]))
        before = [tf.identity(v) for v in self._state]
        # All chunks together move the averages as the whole batch would.
        share = self._size / batch
        with self._framewise.count_frames(share):
            features = tf.map_fn(
                lambda chunk: self._encoder(chunk, training=True),
                chunks,
                fn_output_signature=self._encoder.compute_dtype,
            )
        joined = tf.reshape(features, (batch, frames, features.shape[-1]))
        with tf.GradientTape() as tape:
            tape.watch(joined)
            predicted = self._rest([joined, *others], training=True)
            predicted = keras.tree.pack_sequence_as(
                self._structure, keras.tree.flatten(predicted)
            )
            loss = loss_of(predicted)
            total = loss + tf.cast(regularization(), loss.dtype)
        *own, at_features = tape.gradient(
            total,
            [*variables, joined],
            unconnected_gradients=tf.UnconnectedGradients.ZERO,
        )
        at_features = tf.reshape(at_features, tf.shape(features))
        # The second pass repeats the first, state and all.
        for variable, value in zip(self._state, before, strict=True):
            variable.assign(value)
        with self._framewise.count_frames(share):
            return self._through(chunks, at_features, variables, own), total

    def _through(self, chunks, at_features, variables, sums):
        def one(number, sums):
            with tf.GradientTape() as tape:
                features = self._encoder(chunks[number], training=True)
            gradients = tape.gradient(
                features,
                variables,
                output_gradients=at_features[number],
                unconnected_gradients=tf.UnconnectedGradients.ZERO,
            )
            sums = [a + b for a, b in zip(sums, gradients, strict=True)]
            return number + 1, sums

        count = chunks.shape[0]
        sums = [tf.convert_to_tensor(g) for g in sums]
        _, sums = tf.while_loop(
            lambda number, sums: number < count,
            one,
            (tf.constant(0), sums),
            parallel_iterations=1,
        )
        return sums
