/**
 * Gates on what a refit cannot rebuild: for every unit, the part of its contribution to the layers that read it which their
 * other inputs do not reproduce linearly. With A the second moments of a layer's inputs x plus a ridge, that part of the unit's
 * inputs is `[A⁻¹]ᵤᵤ⁻¹ [A⁻¹]ᵤ x`, and its contribution that times Wᵤ.
 */

import { createRandom } from "@secateur/base";
import type { DependencyGraph } from "@secateur/dependency-graph";
import { type GraphTensor, type LayerCall, layerWeight, modelGraph } from "@secateur/model-graph";
import { type ContributionGates, headOf } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import { factorize, solveFactorized } from "./cholesky.ts";
import { submatrix } from "./elimination.ts";
import { CompensationError } from "./errors.ts";
import { withOnes } from "./layer-refit.ts";
import { drawPositions } from "./linear-layers/positions.ts";
import { type ModelWalk, walkModel } from "./model-walk.ts";
import { inputsByUnit, type Reader, type ReaderSettings, readerProblem, requiredReaders } from "./readers.ts";

/** Of one layer. Gates are on the coefficients of an output channel; a unit's are the sum over its own. */
export interface ResidualGates {
  readonly gates: ContributionGates;
  /** For each group that the layer reads: for each unit, its coefficients. */
  readonly reads: readonly { readonly group: string; readonly blocks: readonly Int32Array[] }[];
  /** Numbers that are held per example during a pass. */
  readonly numbersPerExample: number;
  readonly dispose: () => void;
}

/**
 * The gates of all layers that read units.
 *
 * @param minibatches - The model's inputs, one list per minibatch. They are not disposed.
 * @throws CompensationError where a layer that reads units cannot be refitted.
 */
export async function residualGates(
  graph: DependencyGraph,
  minibatches: readonly (readonly tf.Tensor[])[],
  { ridge, seed }: Pick<ReaderSettings, "ridge" | "seed">,
): Promise<readonly ResidualGates[]> {
  const readers = requiredReaders(graph);
  const walk = walkModel(graph.model, minibatches);
  const found: ResidualGates[] = [];
  try {
    for (const reader of readers) {
      walk.advance(reader.call);
      const settings = { ridge, positions: undefined, seed };
      found.push(await residualGatesOf(graph.model, reader, walk, minibatches, settings));
    }
    return found;
  } catch (error) {
    for (const each of found) each.dispose();
    throw error;
  } finally {
    walk.dispose();
  }
}

/** @param walk - Of the model, before the reader's call. */
async function residualGatesOf(
  model: DependencyGraph["model"],
  reader: Reader,
  walk: ModelWalk,
  minibatches: readonly (readonly tf.Tensor[])[],
  settings: ReaderSettings,
): Promise<ResidualGates> {
  const graph = modelGraph(model);
  const call = graph.calls[reader.call] as LayerCall;
  const isHead = graph.outputs.some((output) => headOf(model, output)?.call === call);
  const derivative = activationDerivative(call, isHead);
  const { inverse, size } = await readerProblem(model, reader, walk, minibatches, settings);
  const reads = await Promise.all(
    reader.reads.map(async (read) => ({
      group: read.group.id,
      blocks: await inputsByUnit(model, reader.linear, read),
    })),
  );
  const blocks = reads.flatMap((read) => read.blocks);
  const map = tf.tensor2d(residualMap(inverse, size, reader.inputs, blocks), [size, reader.inputs]);
  const placesOf = (x: tf.Tensor): number =>
    reader.linear.outputSizes(call.layer, x.shape).reduce((a, b) => a * b, 1);
  return {
    reads,
    numbersPerExample: reader.inputs * placesOf(walk.value(0, call.inputs[0] as GraphTensor)),
    dispose: () => map.dispose(),
    gates: {
      layer: reader.layer,
      count: reader.inputs,
      prepare(x) {
        const places = placesOf(x);
        const everywhere = drawPositions(Number(x.shape[0]), places, places, createRandom(0));
        const features = reader.linear.features(call.layer, x, everywhere);
        return tf.matMul(
          tf.squeeze<tf.Tensor2D>(size > reader.inputs ? withOnes(features) : features, [0]),
          map,
        );
      },
      slopes(residuals, dy, y) {
        const weight = layerWeight(call.layer, reader.linear.weight)?.read() as tf.Tensor;
        const columns = tf.squeeze<tf.Tensor2D>(reader.linear.toColumns(weight), [0]);
        const rows = tf.reshape(derivative(dy, y), [-1, columns.shape[1]]) as tf.Tensor2D;
        const products = tf.mul(tf.matMul(rows, columns, false, true), residuals);
        return tf.sum(tf.reshape(products, [Number(dy.shape[0]), -1, reader.inputs]), 1);
      },
    },
  };
}

type Derivative = (dy: tf.Tensor, y: tf.Tensor) => tf.Tensor;

/** Takes the gradient through the layer's own activation, from the activation's output; a softmax head has none. */
function activationDerivative({ path, layer }: LayerCall, isHead: boolean): Derivative {
  const activation = String(layer.getConfig()["activation"] ?? "linear");
  const derivative = isHead ? derivatives["linear"] : derivatives[activation];
  if (derivative !== undefined) return derivative;
  throw new CompensationError(
    `layer "${path}" has the activation "${activation}", through which no gates on residuals are known: expected ` +
      `${Object.keys(derivatives).join(", ")}, or an activation layer behind it`,
  );
}

const derivatives: Readonly<Record<string, Derivative>> = {
  linear: (dy) => dy,
  relu: (dy, y) => tf.mul(dy, tf.cast(tf.greater(y, 0), "float32")),
  sigmoid: (dy, y) => tf.mul(dy, tf.mul(y, tf.sub(1, y))),
  tanh: (dy, y) => tf.mul(dy, tf.sub(1, tf.square(y))),
  elu: (dy, y) => tf.mul(dy, tf.minimum(tf.add(y, 1), 1)),
  relu6: (dy, y) => tf.mul(dy, tf.cast(tf.logicalAnd(tf.greater(y, 0), tf.less(y, 6)), "float32")),
};

/** Maps features to residuals, `[size, inputs]`; columns of inputs that belong to no unit are 0. */
function residualMap(
  inverse: Float64Array,
  size: number,
  inputs: number,
  blocks: readonly Int32Array[],
): Float32Array {
  const map = new Float32Array(size * inputs);
  for (const block of blocks) {
    const width = block.length;
    const rows = residualOf(inverse, size, block);
    for (const [at, value] of rows.entries())
      map[Math.floor(at / width) * inputs + Number(block[at % width])] = value;
  }
  return map;
}

/** `A⁻¹₍:,ᵤ₎ [A⁻¹]ᵤᵤ⁻¹`, `[size, block]`; zeros where the others reproduce the block exactly. */
function residualOf(inverse: Float64Array, size: number, block: Int32Array): Float64Array {
  const width = block.length;
  const part = submatrix(inverse, size, block);
  const rows = new Float64Array(size * width);
  if (!factorize(part, width)) return rows;
  for (let i = 0; i < size; i++)
    for (let a = 0; a < width; a++) rows[i * width + a] = inverse[i * size + Number(block[a])] as number;
  solveFactorized(part, width, rows);
  return rows;
}
