/** Estimates the memory of a training step from the shapes of layer outputs and weights. */
import { modelGraph } from "@secateur/model-graph";
import type * as tfl from "@tensorflow/tfjs-layers";

const bytesPerNumber = 4;

/** A weight, its gradient, and the optimiser's state, before and after the step. */
const tensorsPerWeight = 4;

/**
 * For networks that do not fit: what a step needs, without running it. Steps need less where a layer's output is disposed once
 * the next has read it.
 *
 * @returns From the batch size to the bytes of all layer outputs, and of weights, gradients and the optimiser's state.
 *
 * @example const bytes = stepBytes(model)(256);
 */
export function stepBytes(model: tfl.LayersModel): (batchSize: number) => number {
  const sizes = modelGraph(model).calls.flatMap(({ inputs, outputs }) =>
    inputs.length === 0 ? [] : outputs.map(({ shape }) => sizeOf(shape.slice(1))),
  );
  const [outputs, weights] = [sizes.reduce((a, b) => a + b, 0), model.countParams()];
  return (batchSize) => bytesPerNumber * (batchSize * outputs + tensorsPerWeight * weights);
}

/** Open sizes count as 1. */
function sizeOf(shape: readonly (number | null)[]): number {
  return shape.reduce<number>((a, b) => a * (b ?? 1), 1);
}
