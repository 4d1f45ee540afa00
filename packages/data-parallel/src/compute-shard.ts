/**
 * A worker's part of a step: reads the weights from shared memory, computes loss and gradients of the mean over its shard,
 * and writes gradients and moving averages, updated by this shard alone, to shared memory.
 */
import { modelGraph } from "@secateur/model-graph";
import { type Batch, checkLabels, disposeBatch, lossAndGradients, lossFromKey } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import type { SharedRows } from "./split-batch.ts";
import type { WeightRange } from "./weight-layout.ts";
import type { ShardResult, ShardTask, WorkerData } from "./worker-messages.ts";

export type ShardMemory = Pick<WorkerData, "layout" | "weights" | "results">;

/** @throws TrainingError where the loss is NaN because a label is no class. */
export async function computeShard(
  model: tfl.LayersModel,
  memory: ShardMemory,
  task: Omit<ShardTask, "share" | "participants">,
): Promise<ShardResult> {
  const result = compute(model, memory, task);
  if (!Number.isNaN(result.loss)) return result;
  const batch: Batch = { xs: task.xs.map(tensorOf), ys: task.ys.map(tensorOf) };
  try {
    await checkLabels(model, batch, task.losses.map(lossFromKey));
  } finally {
    disposeBatch(batch);
  }
  return result;
}

/** Reads tensors synchronously, as every worker runs on wasm. */
function compute(
  model: tfl.LayersModel,
  { layout, weights, results }: ShardMemory,
  { xs, ys, losses, trained, frozen, seed }: Omit<ShardTask, "share" | "participants">,
): ShardResult {
  return tf.tidy(() => {
    const variables = modelGraph(model).weights;
    const read = ({ start, end, shape }: WeightRange): tf.Tensor =>
      tf.tensor(weights.subarray(start, end), [...shape], "float32");
    for (const range of layout) variables.get(range.name)?.write(read(range));
    const { loss, correct, gradients } = lossAndGradients(
      model,
      { xs: xs.map(tensorOf), ys: ys.map(tensorOf) },
      { updateMovingAverages: true, loss: losses.map(lossFromKey), weights: trained, frozen, seed },
    );
    for (const { name, start, end } of layout) {
      const result = gradients[name] ?? variables.get(name)?.read();
      if (result !== undefined) results.subarray(start, end).set(result.dataSync());
    }
    const [lossValue = Number.NaN, correctCount = 0] = tf.stack([loss, correct]).dataSync<"float32">();
    return { loss: lossValue, correct: correctCount };
  }) as unknown as ShardResult; // the type of `tf.tidy` allows only tensors
}

const tensorOf = ({ values, shape, dtype }: SharedRows): tf.Tensor =>
  tf.cast(tf.tensor(values, [...shape], "float32"), dtype);
