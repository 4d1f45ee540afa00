/** The time and memory of a pruning step of one network: batches that grow until the time or the memory is used up. */
import { execFileSync } from "node:child_process";
import process from "node:process";
import { criteria, stepOptionsFor } from "@secateur/criteria";
import { buildDependencyGraph } from "@secateur/dependency-graph";
import { type Batch, sgd, trainStep } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { median } from "../../run/median.ts";

export interface MeasuredStep {
  readonly batch: number;
  /** The median of the timed steps. */
  readonly stepMs: number;
  readonly loss: number;
  /** Of the process after the steps. */
  readonly residentBytes: number;
  /** Used on all GPUs together, by all programs; null where nvidia-smi does not say. */
  readonly gpuBytes: number | null;
}

export type StepEvent =
  | { readonly type: "measured"; readonly step: MeasuredStep }
  /** The batch that failed, for instance for lack of memory. */
  | { readonly type: "failed"; readonly batch: number; readonly reason: string };

/** The native engine compiles a step while it first runs. */
const warmups = 3;
const timed = 3;
const largest = 256;

/**
 * @param budgetMs - No batch is started that would end later, at the speed of the one before. A batch of one image is measured
 *   in any case.
 */
export async function* measureSteps(model: tfl.LayersModel, budgetMs: number): AsyncGenerator<StepEvent> {
  const start = performance.now();
  const options = stepOptionsFor(buildDependencyGraph(model), [criteria.taylorSkipGate()]);
  const optimizer = sgd({ learningRate: 1e-4, momentum: 0.9 });
  try {
    for (let batch = 1, stepMs = 0; batch <= largest; batch *= 2) {
      const expected = 2 * stepMs * (warmups + timed);
      if (batch > 1 && performance.now() - start + expected > budgetMs) return;
      try {
        const times: number[] = [];
        let loss = Number.NaN;
        for (let i = 0; i < warmups + timed; i++) {
          const xy = randomBatch(model, batch);
          const before = performance.now();
          ({ loss } = await trainStep(model, optimizer, xy, options));
          times.push(performance.now() - before);
        }
        stepMs = median(times.slice(warmups));
        const residentBytes = process.memoryUsage.rss();
        yield { type: "measured", step: { batch, stepMs, loss, residentBytes, gpuBytes: gpuBytes() } };
      } catch (error) {
        yield { type: "failed", batch, reason: error instanceof Error ? error.message : String(error) };
        return;
      }
    }
  } finally {
    optimizer.dispose();
  }
}

/** Normally distributed images and classes in turn, the same on every engine. */
export function randomBatch(model: tfl.LayersModel, size: number): Batch {
  const shape = (model.inputs[0]?.shape ?? []).slice(1).map((each) => each ?? 32);
  const classes = Number(model.outputs[0]?.shape.at(-1));
  const labels = Array.from({ length: size }, (_, i) => i % classes);
  return { xs: tf.randomNormal([size, ...shape], 0, 1, "float32", 1), ys: tf.tensor1d(labels, "int32") };
}

function gpuBytes(): number | null {
  try {
    const args = ["--query-gpu=memory.used", "--format=csv,noheader,nounits"];
    const text = execFileSync("nvidia-smi", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    return text.split("\n").reduce((sum, line) => sum + Number(line), 0) * 2 ** 20;
  } catch {
    return null;
  }
}
