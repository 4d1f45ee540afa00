/** The examples that compensation reads, cut into minibatches, as many as memory allows. */
import { fixedShapes, type GraphTensor, type InputShape, modelGraph } from "@secateur/model-graph";
import {
  batchSize,
  checkInputs,
  disposeBatch,
  inputsOf,
  type UnlabelledBatch,
  type UnlabelledBatches,
} from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { CompensationError } from "./errors.ts";

/** Examples that are run at once: at most, and as many as have 256 MiB of activations. */
const largestMinibatch = 256;
const minibatchBytes = 2 ** 28;

/** Activations of all examples that are held at the same time. */
const memoryLimit = 1.5 * 2 ** 30;

/** Data that was checked: samples are collected again for every step that reads them. */
const finiteData = new WeakSet<object>();

/**
 * Cuts samples once for several steps: collecting what it returns again costs nothing.
 * Disposes the samples that are read, and all samples of a list.
 *
 * @param limit - The most examples. Default: as many as memory allows.
 * @returns The inputs, one list per minibatch. The caller disposes them.
 */
export async function collectSamples(
  model: tfl.LayersModel,
  samples: UnlabelledBatches,
  limit?: number,
): Promise<readonly (readonly tf.Tensor[])[]> {
  const minibatches: (readonly tf.Tensor[])[] = [];
  let count = 0;
  let most = limit;
  let capacity: Capacity | undefined;
  try {
    for await (const batch of samples) {
      try {
        await check(model, batch);
        capacity ??= capacityFor(model, sizesOf(batch));
        most ??= capacity.samples;
        minibatches.push(...minibatchesOf(batch, capacity.minibatch, most - count));
        count = countExamples(minibatches);
      } finally {
        disposeBatch(batch);
      }
      if (count >= most) break;
    }
    if (count > 0) return minibatches;
    throw new CompensationError("samples is empty: pass at least one minibatch of inputs, { xs }");
  } catch (error) {
    tf.dispose(minibatches.flat());
    throw error;
  } finally {
    if (Array.isArray(samples)) for (const batch of samples) disposeBatch(batch); // those that were not used
  }
}

export function countExamples(minibatches: readonly (readonly tf.Tensor[])[]): number {
  return minibatches.reduce((n, [first]) => n + (first?.shape[0] ?? 0), 0);
}

async function check(model: tfl.LayersModel, batch: UnlabelledBatch): Promise<void> {
  const inputs = inputsOf(batch);
  checkInputs(model, inputs);
  await checkFinite(inputs);
}

/** The first `limit` examples of a batch, in parts of at most `largest`. */
function minibatchesOf(
  batch: UnlabelledBatch,
  largest: number,
  limit: number,
): readonly (readonly tf.Tensor[])[] {
  const parts: (readonly tf.Tensor[])[] = [];
  const size = Math.min(batchSize(batch), limit);
  for (let from = 0; from < size; from += largest)
    parts.push(inputsOf(batch).map((x) => slice(x, from, Math.min(largest, size - from))));
  for (const part of parts.flat()) finiteData.add(part.dataId);
  return parts;
}

/**
 * The number of examples whose activations fit into 1.5 GiB while a model is refitted.
 *
 * @param inputShape - Sizes of the inputs where they are open, which otherwise count as 224.
 */
export function sampleLimit(model: tfl.LayersModel, inputShape?: InputShape): number {
  return capacityFor(model, inputShape).samples;
}

const sizesOf = (batch: UnlabelledBatch): InputShape => inputsOf(batch).map(({ shape }) => shape.slice(1));

/** Without a copy where the slice is everything. */
function slice(x: tf.Tensor, from: number, size: number): tf.Tensor {
  if (from === 0 && size === x.shape[0]) return tf.clone(x);
  return tf.slice(x, from, size);
}

async function checkFinite(xs: readonly tf.Tensor[]): Promise<void> {
  for (const x of xs) {
    if (x.dtype !== "float32" || finiteData.has(x.dataId)) continue;
    const allFinite = tf.tidy(() => tf.all(tf.isFinite(x)));
    const [value] = await allFinite.data();
    allFinite.dispose();
    if (value === 0) throw new CompensationError("samples (xs) contain values that are not finite");
  }
}

/** Numbers of examples that fit into memory. */
interface Capacity {
  /** All that are held. */
  readonly samples: number;
  /** Those that are run at once. */
  readonly minibatch: number;
}

function capacityFor(model: tfl.LayersModel, inputShape?: InputShape): Capacity {
  const bytes = heldBytes(model, inputShape);
  const fitting = (limit: number): number => Math.max(1, Math.floor(limit / bytes));
  return {
    samples: fitting(memoryLimit),
    minibatch: Math.min(largestMinibatch, fitting(minibatchBytes)),
  };
}

/** Bytes of activations that two copies of a model hold per example at the widest point between layers. */
function heldBytes(model: tfl.LayersModel, inputShape: InputShape | undefined): number {
  const { calls } = modelGraph(model);
  const shapeOf = fixedShapes(model, inputShape);
  /** Sizes that remain open count as 224. */
  const numbersIn = (tensor: GraphTensor): number =>
    shapeOf(tensor).reduce<number>((n, size) => n * (size ?? 224), 1);
  const lastReader = new Map<GraphTensor, number>();
  for (const [index, { inputs }] of calls.entries()) for (const input of inputs) lastReader.set(input, index);
  let [held, most] = [0, 0];
  for (const [index, { inputs, outputs }] of calls.entries()) {
    for (const output of outputs) held += numbersIn(output);
    most = Math.max(most, held);
    for (const input of new Set(inputs)) if (lastReader.get(input) === index) held -= numbersIn(input);
  }
  return Math.max(2 * 4 * most, 1);
}
