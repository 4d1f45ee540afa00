/** How much memory a training step takes at most, by the shapes of what it computes. */
import type * as tfl from "@tensorflow/tfjs-layers";
import { isModel, layerUses } from "./layer-uses.ts";

const bytesPerNumber = 4;

/** Each weight, its gradient, and the optimiser's memory of it, before and after the step. */
const tensorsPerWeight = 4;

/** Of one step with so many examples: all that the layers give, and what becomes of the weights. */
export function stepBytes(model: tfl.LayersModel, batchSize: number): number {
  return bytesPerNumber * (batchSize * outputSize(model) + tensorsPerWeight * model.countParams());
}

/** Numbers that all layers give for one example. Sizes that the model leaves open count as 1. */
function outputSize(model: tfl.LayersModel): number {
  const sizes = layerUses(model).flatMap(({ layer, outputs }) =>
    isModel(layer) ? [outputSize(layer)] : outputs.map(({ shape }) => sizeOf(shape.slice(1))),
  );
  return sizes.reduce((a, b) => a + b, 0);
}

function sizeOf(shape: readonly (number | null)[]): number {
  return shape.reduce<number>((a, b) => a * (b ?? 1), 1);
}
