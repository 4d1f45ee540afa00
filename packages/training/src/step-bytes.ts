/** How much memory a training step takes at most, by the shapes of what it computes. */
import type * as tfl from "@tensorflow/tfjs-layers";
import { isModel, layerUses } from "./layer-uses.ts";

const bytesPerNumber = 4;

/** Each weight, its gradient, and the optimiser's memory of it, before and after the step. */
const tensorsPerWeight = 4;

/** For so many examples: all that the layers give, and what becomes of the weights. The model is looked at once. */
export function stepBytes(model: tfl.LayersModel): (batchSize: number) => number {
  const [outputs, weights] = [outputSize(model), model.countParams()];
  return (batchSize) => bytesPerNumber * (batchSize * outputs + tensorsPerWeight * weights);
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
