/** The examples of a joint choice, and the slopes of their logits in the units of a network. */
import { unitSlopes } from "@secateur/criteria";
import type { DependencyGraph } from "@secateur/dependency-graph";
import {
  batchSize,
  checkSoftmaxHead,
  disposeBatch,
  forward,
  type UnlabelledBatch,
  type UnlabelledBatches,
} from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { notFinite, PrunerError } from "./errors.ts";

export interface JointExamples {
  readonly batches: readonly ExampleBatch[];
  readonly count: number;
  /** Classes per example. */
  readonly classes: number;
}

interface ExampleBatch {
  readonly xs: UnlabelledBatch["xs"];
  readonly size: number;
  /** `[batch, classes]`: the classes of each example that are compared. */
  readonly classes: Int32Array;
}

export interface JointSlopes {
  /** `[examples, classes]` */
  readonly logits: Float32Array;
  /** For each unit of the graph, in its order: `[examples, classes]`. */
  readonly units: readonly Float32Array[];
}

/** Numbers in all slopes, examples × classes × units: 1 GiB. */
const slopeLimit = 2 ** 28;

/**
 * Takes over the inputs of the batches and disposes their labels. Free the examples with `disposeExamples`.
 *
 * @param topK - Compares the most probable classes of each example.
 * @throws PrunerError without batches, or for more slopes than fit into memory; TrainingError for inputs that do not fit.
 */
export async function jointExamples(
  { model, groups }: DependencyGraph,
  samples: UnlabelledBatches,
  topK: number,
): Promise<JointExamples> {
  const classes = Math.min(topK, Number(checkSoftmaxHead(model, "joint choices").shape.at(-1)));
  const units = groups.reduce((n, { unitCount }) => n + unitCount, 0);
  const batches: ExampleBatch[] = [];
  let count = 0;
  try {
    for await (const { xs, ys } of samples) {
      tf.dispose(ys);
      const size = batchSize({ xs });
      count += size;
      const index = batches.push({ xs, size, classes: new Int32Array() }) - 1;
      requireMemory(count, classes, units);
      batches[index] = { xs, size, classes: await mostProbable(model, xs, classes) };
    }
    if (count === 0) throw new PrunerError("samples is empty: pass at least one minibatch to choose on");
  } catch (error) {
    disposeExamples({ batches });
    throw error;
  }
  return { batches, count, classes };
}

export function disposeExamples({ batches }: Pick<JointExamples, "batches">): void {
  for (const batch of batches) disposeBatch(batch);
}

/**
 * The slopes of a network, `graph.model`, by one minibatch at a time.
 *
 * @throws PrunerError for logits or slopes that are not finite.
 */
export async function jointSlopes(
  graph: DependencyGraph,
  { batches, count, classes }: JointExamples,
): Promise<JointSlopes> {
  const unitCount = graph.groups.reduce((n, group) => n + group.unitCount, 0);
  const units = Array.from({ length: unitCount }, () => new Float32Array(count * classes));
  const logits = new Float32Array(count * classes);
  let from = 0;
  for (const batch of batches) {
    const end = from + batch.size * classes;
    const found = await slopesOf(graph, batch, classes);
    logits.set(found.logits, from);
    for (const [u, ofUnit] of units.entries()) ofUnit.set(found.ofUnit(u), from);
    from = end;
  }
  if (logits.every(Number.isFinite) && units.every((ofUnit) => ofUnit.every(Number.isFinite)))
    return { logits, units };
  throw notFinite(graph.model);
}

async function slopesOf(
  graph: DependencyGraph,
  { xs, size, classes: chosen }: ExampleBatch,
  classes: number,
): Promise<{ readonly logits: Float32Array; readonly ofUnit: (unit: number) => Float32Array }> {
  const classTensor = tf.tensor2d(chosen, [size, classes], "int32");
  try {
    const { logits, slopes } = unitSlopes(graph, xs, classTensor, "jointly");
    const ofUnits = tf.concat([...slopes.values()], 0); // [all units, batch, classes]
    tf.dispose([...slopes.values()]);
    const [all, values] = await Promise.all([logits.data<"float32">(), ofUnits.data<"float32">()]);
    const classCount = Number(logits.shape[1]);
    tf.dispose([logits, ofUnits]);
    return {
      logits: Float32Array.from(chosen, (c, i) => Number(all[Math.floor(i / classes) * classCount + c])),
      ofUnit: (unit) => values.subarray(unit * chosen.length, (unit + 1) * chosen.length),
    };
  } finally {
    classTensor.dispose();
  }
}

/** The classes of the `count` largest logits of each example, `[batch, count]`. */
async function mostProbable(
  model: tfl.LayersModel,
  xs: UnlabelledBatch["xs"],
  count: number,
): Promise<Int32Array> {
  const indices = tf.tidy(() => tf.topk(forward(model, xs)[0] as tf.Tensor, count).indices);
  const classes = Int32Array.from(await indices.data());
  indices.dispose();
  return classes;
}

function requireMemory(examples: number, classes: number, units: number): void {
  const numbers = examples * classes * units;
  if (numbers <= slopeLimit) return;
  throw new PrunerError(
    `${examples} examples × ${classes} classes × ${units} units are ${numbers} slopes, at most ${slopeLimit} fit: ` +
      "pass fewer examples, or a smaller topK",
  );
}
