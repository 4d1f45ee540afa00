/**
 * Builds layers without their initializers, for weights that are set afterwards. tfjs skips the initializers of plain
 * layers alone; those of recurrent cells and nested models, such as Orthogonal, can take minutes.
 */
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { ModelFileError } from "./errors.ts";

/** Below this excess, the weights that are missing are named instead. */
const slack = 2 ** 20;

type AddWeight = (name: string, shape: readonly number[], ...rest: readonly unknown[]) => tfl.LayerVariable;

/**
 * @param stored - The number of parameters in the files. A few bytes of a hostile configuration can describe a layer that
 * is larger than the memory.
 * @param build - Synchronous. All weights that it makes are zero.
 * @throws ModelFileError before a layer far larger than the files is allocated.
 */
export function withZeroWeights<T>(stored: number, build: () => T): T {
  const prototype = tfl.layers.Layer.prototype as unknown as { addWeight: AddWeight };
  const { addWeight } = prototype;
  let count = 0;
  prototype.addWeight = function zeroWeight(this: tfl.layers.Layer, name, shape, ...rest) {
    count += tf.util.sizeFromShape([...shape]);
    if (!(count <= stored + slack))
      throw new ModelFileError(
        `the configuration describes more parameters than the files have (${stored}): layer "${this.name}" has the ` +
          `weight "${name}" of shape [${shape}]`,
      );
    this.setFastWeightInitDuringBuild(true);
    return addWeight.call(this, name, shape, ...rest);
  };
  try {
    return build();
  } finally {
    prototype.addWeight = addWeight;
  }
}
