/** Adds a teacher's logits to the targets of minibatches, for the loss `distillation`. */
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { type Batch, checkInputs, type UnlabelledBatch, type UnlabelledBatches } from "./batch.ts";
import { TrainingError } from "./errors.ts";
import { allFinalActivations } from "./forward/final-activation.ts";
import { runModel } from "./forward/run-calls.ts";
import { cachedForModel, type ModelFunction, modelFunction } from "./gradients/model-function.ts";

/**
 * Batches with the same inputs and, for each output, the teacher's logits followed by the labels on the last axis, as float32.
 * The teacher runs in mode "eval" and does not change. Labels are disposed; the inputs are those of the new batch.
 *
 * @param batches - Labels are classes `[batch, ...]`, probabilities `[batch, ..., classes]`, or missing.
 * @throws TrainingError for a batch that does not fit the teacher.
 *
 * @example for await (const batch of withTeacher(teacher, batches)) trainStep(student, optimizer, batch, { loss });
 */
export async function* withTeacher(
  teacher: tfl.LayersModel,
  batches: UnlabelledBatches,
): AsyncGenerator<Batch> {
  for await (const batch of batches) yield teach(teacher, batch);
}

function teach(teacher: tfl.LayersModel, { xs, ys = [] }: UnlabelledBatch): Batch {
  const inputs: tf.Tensor[] = [xs].flat();
  const labels: tf.Tensor[] = [ys].flat();
  try {
    checkInputs(teacher, inputs);
    const targets = tf.tidy(() => {
      const outputs = logitsFunction(teacher)({ xs: inputs });
      if (labels.length !== 0 && labels.length !== outputs.length)
        throw new TrainingError(
          `the batch has ${labels.length} targets in ys, but the teacher "${teacher.name}" has ${outputs.length} outputs: ` +
            "pass one tensor per output, or none",
        );
      return outputs.map((output, i) => join(output, labels[i]));
    });
    const [target, ...others] = targets;
    return { xs, ys: target !== undefined && others.length === 0 ? target : targets };
  } catch (error) {
    tf.dispose(inputs);
    throw error;
  } finally {
    tf.dispose(labels);
  }
}

/** The logits of all outputs; targets are not read. */
function logitsFunction(teacher: tfl.LayersModel): ModelFunction {
  return cachedForModel(teacher, "logits", () => {
    const finalActivations = allFinalActivations(teacher);
    const pass = { mode: "eval", dropout: false, outputHooks: {}, inputHooks: {}, finalActivations } as const;
    return modelFunction(teacher, (inputs) => runModel(teacher, inputs, pass));
  });
}

function join(logits: tf.Tensor, labels: tf.Tensor | undefined): tf.Tensor {
  if (labels === undefined) return logits;
  const columns = labels.rank === logits.rank ? labels : tf.expandDims(labels, -1);
  const sizes = logits.shape.slice(0, -1);
  if (columns.shape.slice(0, -1).join() !== sizes.join())
    throw new TrainingError(
      `the labels (ys) are [${labels.shape}]; the teacher's logits are [${logits.shape}]: give classes [${sizes}] or ` +
        `probabilities [${logits.shape}]`,
    );
  return tf.concat([logits, tf.cast(columns, "float32")], -1);
}
