import math
import pathlib
import sys
import time

import keras
import tensorflow as tf

from emoaff.models.fusion import VIDEO
from emoaff.progress import Progress
from emoaff.training import checkpoint
from emoaff.training import run_log
from emoaff.training.batch_norm_reestimation import reestimate_batch_norm
from emoaff.training.experiment import Experiment
from emoaff.training.training_step import TrainingStep
from emoaff.training.training_step import is_chief


class TrainingRun:
    """Trains an experiment, so that it can be stopped at any moment.

    The run's whole state (weights, optimizer, random states, place in the
    epoch, history) is saved after each epoch and every few minutes, in one
    file that replaces the last one when it is complete. Going on from it takes
    the same updates as a run that was never stopped.

    The folder gets `history.csv` (a row per epoch), `tensorboard/` where
    TensorBoard is installed, `checkpoints/last.npz` and
    `checkpoints/best.npz`.

    Args:
        experiment: What to train.
        out: Folder of the run; on storage that all workers share.
        report: Called with a line after each epoch.
        strategy: A `tf.distribute.Strategy`, or `None` for the default one.
        xla: Whether XLA compiles the computation of a step.
        checkpoint_s: Seconds between two checkpoints within an epoch.
    """

    def __init__(
        self,
        experiment: Experiment,
        out,
        report,
        strategy=None,
        xla=False,
        checkpoint_s=300.0,
    ):
        self.experiment, self.report = experiment, report
        self._strategy = strategy or tf.distribute.get_strategy()
        self._xla, self._checkpoint_s = xla, checkpoint_s
        self._out = pathlib.Path(out)
        self._last = self._out / "checkpoints" / "last.npz"
        self._best = self._out / "checkpoints" / "best.npz"
        self._board = None
        self._best_values = None
        self.history = []

    @property
    def is_chief(self) -> bool:
        """Whether this process writes the files, one of all workers."""
        return is_chief(self._strategy)

    @property
    def _end(self):
        experiment = self.experiment
        return min(experiment.epochs, experiment.stop_after or math.inf)

    def train(self) -> keras.Model:
        """Trains to the last epoch, or until validation stops improving.

        Returns:
            The model with the weights of the best epoch, outside any strategy.

        Raises:
            ValueError: If the loss is no longer finite, naming the batch; or
                if the checkpoint is of another model.
        """
        experiment = self.experiment
        if self.is_chief:
            self._board = run_log.TensorBoard(self._out / "tensorboard")
        with self._strategy.scope():
            model = experiment.build()
        # What is scored and given back: outside the strategy, and with
        # averaged weights where the optimizer averages.
        plain = experiment.build()
        epoch, state = self._resume(plain)
        stage, step = None, None
        while epoch < self._end and not self._has_stalled():
            if experiment.stage_of(epoch) != stage:
                stage = experiment.stage_of(epoch)
                step = self._enter(stage, model)
            if state is not None:
                self._restore(stage, model, step, state)
            state = self._run_epoch(epoch, step, state)
            self._finish(epoch, step, plain, state)
            epoch, state = epoch + 1, None
        if step is not None:
            self._report_kept()
        for variable, value in zip(
            plain.variables, self._best_values, strict=True
        ):
            variable.assign(value)
        return plain

    def _resume(self, plain):
        """The epoch to go on with, and the state of an unfinished one."""
        if not self._last.is_file():
            return 0, None
        state = checkpoint.meta(self._last)
        self.history = state["history"]
        done = len(self.history)
        if done:
            checkpoint.restore_checkpoint(self._best, plain.variables)
            self._best_values = _values(plain)
        self.report(
            f"going on after epoch {done}"
            + (f" and {state['step']} steps" if state["step"] else "")
        )
        return done, state

    def _enter(self, number, model):
        """Freezes what the stage freezes and makes its step."""
        experiment = self.experiment
        stage = experiment.stages[number]
        with self._strategy.scope():
            stage.prepare(model)
            optimizer = stage.optimizer(model)
            if keras.config.dtype_policy().name == "mixed_float16":
                optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
        return TrainingStep(
            model,
            optimizer,
            experiment.loss,
            self._strategy,
            experiment.accumulate,
            experiment.clip_norm,
            self._xla,
            experiment.frames_at_once,
        )

    def _restore(self, stage, model, step, state):
        # A stage that begins has an optimizer of its own.
        same = state["stage"] == stage
        variables = step.variables if same else model.variables
        checkpoint.restore_checkpoint(self._last, variables, exactly=same)

    def _run_epoch(self, epoch, step, state):
        """Makes the updates of an epoch; returns its mean loss and time."""
        experiment, began = self.experiment, time.monotonic()
        if state is None or not state["step"]:
            state = {"step": 0, "loss": 0.0, "seconds": 0.0}
        batches = iter(self._distribute_batches(epoch, state["step"]))
        progress = Progress(
            f"epoch {epoch + 1}/{experiment.epochs}",
            "steps",
            every_s=20.0,
            first=state["step"],
        )
        seconds, saved = state["seconds"], began
        for number in range(state["step"], experiment.steps):
            loss = float(step(batches))
            if not math.isfinite(loss):
                self._refuse(epoch, number, loss)
            now = time.monotonic()
            state = {
                "step": number + 1,
                "loss": state["loss"] + loss,
                "seconds": seconds + now - began,
            }
            progress.update(number + 1, (number + 1) / experiment.steps)
            if now - saved > self._checkpoint_s:
                self._save(epoch, step, state)
                saved = now
        progress.close()
        return state

    def _distribute_batches(self, epoch, first_step):
        """The batches of an epoch, each replica's part a batch of its own."""
        strategy, batches = self._strategy, self.experiment.batches
        replicas = strategy.num_replicas_in_sync
        if replicas == 1:
            return batches(epoch, first_step, (0, 1))

        def worker(context):
            count = context.num_input_pipelines
            part = batches(
                epoch, first_step, (context.input_pipeline_id, count)
            )
            return part.unbatch().batch(
                context.get_per_replica_batch_size(
                    self._sum_batch_sizes(part, count)
                ),
                drop_remainder=True,
            )

        return strategy.distribute_datasets_from_function(worker)

    def _sum_batch_sizes(self, part, workers):
        x, _ = part.element_spec
        size = keras.tree.flatten(x)[0].shape[0]
        replicas = self._strategy.num_replicas_in_sync
        if size is None or size * workers % replicas:
            raise ValueError(
                "Expected a batch that divides among the replicas. Received: "
                f"{size and size * workers} windows a batch for {replicas} "
                "replicas. Choose another batch_size or accumulate."
            )
        return size * workers

    def _finish(self, epoch, step, plain, state):
        """Scores an epoch and writes everything down."""
        experiment = self.experiment
        step.copy_weights_to(plain)
        self._reestimate(epoch, plain)
        measures = experiment.validate(plain)
        row = {
            "epoch": epoch + 1,
            "learning_rate": step.learning_rate,
            "loss": state["loss"] / experiment.steps,
            "seconds": round(state["seconds"], 1),
            **measures,
        }
        name = experiment.monitor
        if name not in row:
            raise ValueError(
                "Expected a measure that decides which epoch is best, one of "
                f"{', '.join(measures)}. Received: {name}. "
                "Set schedule.monitor, or the monitor of your experiment."
            )
        best = self._find_best_epoch()
        is_best = experiment.better(row[name], best and best[name])
        self.history.append(row)
        if is_best or not epoch:
            self._best_values = _values(plain)
            if self.is_chief:
                meta = {"epoch": epoch + 1}
                checkpoint.save(self._best, self._best_values, meta)
        self._save(epoch, step, {"step": 0})
        if self.is_chief:
            run_log.write_history(self._out / "history.csv", self.history)
            self._board.write(row)
        self._report_epoch(row, measures, best, is_best)

    def _report_epoch(self, row, measures, best, is_best):
        """Prints the line of an epoch, in the words of `history.csv`."""
        listed = ", ".join(f"{n} {value:.4f}" for n, value in measures.items())
        monitor, verdict = self.experiment.monitor, ""
        if monitor == "epoch":
            pass  # the last is kept, whatever its scores
        elif is_best:
            verdict = f"; best {monitor} so far"
        elif best and row[monitor] == best[monitor]:
            verdict = f"; {monitor} as in epoch {best['epoch']}, the first wins"
        self.report(
            f"epoch {row['epoch']}/{self.experiment.epochs}: training loss "
            f"{row['loss']:.4f}; validation {listed}; {row['seconds']:.0f} s"
            f"{verdict}"
        )

    def _report_kept(self):
        """Says which epoch's weights are given back, and why."""
        monitor, best = self.experiment.monitor, self._find_best_epoch()
        count = len(self.history)
        if monitor == "epoch" or not count:
            return
        if best is None:
            line = f"epoch 1 of {count} is kept: no epoch has a {monitor}"
        else:
            line = (
                f"epoch {best['epoch']} of {count} is kept: {monitor} "
                f"{best[monitor]:.4f} is the best"
            )
            same = [r for r in self.history if r[monitor] == best[monitor]]
            if len(same) > 1:
                line += f", which {len(same)} epochs have; the first counts"
        self.report(line)

    def _reestimate(self, epoch, plain):
        """Brings the averages of batch norms up to the weights."""
        experiment = self.experiment
        if not experiment.norm_batches:
            return
        model, size = plain, experiment.frames_at_once
        inputs = experiment.batches(epoch, 0, (0, 1)).map(lambda x, y: x)
        inputs = inputs.take(experiment.norm_batches)
        if size:
            # As in training: so many frames are in memory at once.
            model = plain.get_layer("backbone").layer
            if isinstance(inputs.element_spec, dict):
                inputs = inputs.map(lambda x: x[VIDEO])
            inputs = inputs.unbatch().unbatch().batch(size)
        count = experiment.norm_batches if not size else sys.maxsize
        reestimate_batch_norm(model, inputs, count)

    def _save(self, epoch, step, state):
        # Reading a variable may be a collective act, so every worker does it.
        values = step.values()
        if self.is_chief:
            stage = self.experiment.stage_of(epoch)
            meta = {**state, "stage": stage, "history": self.history}
            checkpoint.save(self._last, values, meta)

    def _find_best_epoch(self):
        """The row of the best epoch so far, `None` without one."""
        best = None
        for row in self.history:
            name = self.experiment.monitor
            if self.experiment.better(row[name], best and best[name]):
                best = row
        return best

    def _has_stalled(self):
        patience, best = self.experiment.patience, self._find_best_epoch()
        if patience is None:
            return False
        since = len(self.history) - (best["epoch"] if best else 0)
        stalled = since >= patience
        if stalled:
            self.report(
                f"stopping: no better {self.experiment.monitor} in "
                f"{patience} epochs"
            )
        return stalled

    def _refuse(self, epoch, step, loss):
        what = self.experiment.describe(epoch, step)
        raise ValueError(
            f"The loss became {loss} in epoch {epoch + 1}, step {step + 1}"
            f"{f' ({what})' if what else ''}. Lower the learning rate, set "
            "clip_norm, or look at that batch's data. The last checkpoint is "
            "kept."
        )


def _values(model):
    return [keras.ops.convert_to_numpy(v).copy() for v in model.variables]
