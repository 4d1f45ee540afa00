/** The number of trainable parameters. */
import type * as tfl from "@tensorflow/tfjs-layers";

export const trainable = (model: tfl.LayersModel): number =>
  model.trainableWeights.reduce(
    (sum, { shape }) => sum + shape.reduce((n: number, size) => n * Number(size), 1),
    0,
  );
