/** Measures the memory of a process that prunes unit by unit: resident memory, JavaScript's heap, tensors. */
import process from "node:process";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { criteria } from "@secateur/criteria";
import { disposeModel } from "@secateur/model-graph";
import { prune } from "@secateur/pruner";
import type { Batch } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";

export interface MemorySample {
  /** Resident memory of the process. */
  readonly residentBytes: number;
  readonly heapBytes: number;
  readonly tensors: number;
}

export interface MemoryOptions {
  /** Each takes one unit, after one training step. */
  readonly removals: number;
  readonly onRemoval?: (removal: number, sample: MemorySample) => void;
}

/** One sample after each removal. */
export async function memoryWhilePruning({
  removals,
  onRemoval,
}: MemoryOptions): Promise<readonly MemorySample[]> {
  const model = residualNetwork(Math.ceil(removals / 3) + 8);
  const samples: MemorySample[] = [];
  const events = prune(model, {
    criterion: criteria.taylorGate(),
    data: batches,
    budget: { count: removals },
    schedule: { frequency: 1, unitsPerRemoval: 1 },
  });
  for await (const event of events) {
    if (event.type === "done") disposeModel(event.model);
    if (event.type !== "removal") continue;
    const sample = measure();
    samples.push(sample);
    onRemoval?.(samples.length, sample);
  }
  disposeModel(model);
  return samples;
}

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

function measure(): MemorySample {
  collectGarbage();
  const { rss: residentBytes, heapUsed: heapBytes } = process.memoryUsage();
  return { residentBytes, heapBytes, tensors: tf.memory().numTensors };
}

/**
 * The largest value after the first `warmUp` removals divided by that of removal `warmUp`.
 *
 * @example growth(samples, 50, ({ residentBytes }) => residentBytes) // below 1.1 where memory is flat
 */
export function growth(
  samples: readonly MemorySample[],
  warmUp: number,
  of: (sample: MemorySample) => number,
): number {
  const [first, ...later] = samples.slice(warmUp - 1).map(of);
  return Math.max(...later) / Number(first);
}

/** Three groups of `width` units: a stem with a residual block, its inner layer, and a last layer before the classifier. */
function residualNetwork(width: number): tfl.LayersModel {
  const block = (x: tfl.SymbolicTensor, name: string): tfl.SymbolicTensor => {
    const conv = tfl.layers.conv2d({ name, filters: width, kernelSize: 3, padding: "same", useBias: false });
    const bn = tfl.layers.batchNormalization({ name: `${name}_bn` });
    return tfl.layers.reLU().apply(bn.apply(conv.apply(x))) as tfl.SymbolicTensor;
  };
  const x = tfl.input({ shape: [16, 16, 3] });
  const stem = block(x, "stem");
  const last = block(block(stem, "inner"), "back");
  const sum = tfl.layers.add().apply([stem, last]);
  const wide = block(sum as tfl.SymbolicTensor, "wide");
  const pooled = tfl.layers.globalAveragePooling2d({}).apply(wide);
  const out = tfl.layers.dense({ name: "classes", units: 4, activation: "softmax" }).apply(pooled);
  return tfl.model({ inputs: x, outputs: out as tfl.SymbolicTensor });
}

const batchSize = 64;

function* batches(epoch: number): Generator<Batch> {
  const labels = Array.from({ length: batchSize }, (_, i) => i % 4);
  for (let i = 0; i < 10; i++) {
    const xs = tf.randomNormal([batchSize, 16, 16, 3], 0, 1, "float32", 100 * epoch + i + 1);
    yield { xs, ys: tf.tensor1d(labels, "int32") };
  }
}
