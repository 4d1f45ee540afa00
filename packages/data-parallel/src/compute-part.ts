/**
 * A worker's share of a step: the weights come from shared memory, the loss and its gradients are those of the mean over
 * the worker's own part, the gradients go back to shared memory, and the moving averages as this part alone moves them.
 */
import { modelGraph } from "@secateur/model-graph";
import { lossAndGradients, lossFromKey } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import type { SharedRows } from "./split.ts";
import type { WeightPlace } from "./weight-layout.ts";
import type { PartResult, PartTask, WorkerData } from "./worker-data.ts";

export type PartMemory = Pick<WorkerData, "layout" | "weights" | "results">;

export function computePart(
  model: tfl.LayersModel,
  { layout, weights, results }: PartMemory,
  { xs, ys, losses, trained }: Omit<PartTask, "share" | "participants">,
): PartResult {
  return tf.tidy(() => {
    const named = modelGraph(model).weights;
    const read = ({ start, end, shape }: WeightPlace): tf.Tensor =>
      tf.tensor(weights.subarray(start, end), [...shape], "float32");
    for (const place of layout) named.get(place.name)?.write(read(place));
    const { loss, correct, gradients } = lossAndGradients(
      model,
      { xs: xs.map(tensorOf), ys: ys.map(tensorOf) },
      { updateMovingAverages: true, loss: losses.map(lossFromKey), weights: trained },
    );
    for (const { name, start, end } of layout) {
      const result = gradients[name] ?? named.get(name)?.read();
      if (result !== undefined) results.subarray(start, end).set(result.dataSync());
    }
    const [lossValue = Number.NaN, correctCount = 0] = tf.stack([loss, correct]).dataSync<"float32">();
    return { loss: lossValue, correct: correctCount };
  }) as unknown as PartResult; // tidy's type does not know that it hands on what holds no tensors
}

const tensorOf = ({ values, shape, dtype }: SharedRows): tf.Tensor =>
  tf.cast(tf.tensor(values, [...shape], "float32"), dtype);
