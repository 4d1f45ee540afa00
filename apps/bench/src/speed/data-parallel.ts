/** The speedup of two threads that share a minibatch, with both kinds of batch statistics. */
import { useBackend } from "@secateur/backend";
import { type Statistics, startWorkerPool } from "@secateur/data-parallel";
import { createModel } from "@secateur/models";
import { type Batch, sgd, trainStep } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import { markdownOf } from "../report/markdown-table.ts";
import { median } from "../run/median.ts";

export interface DataParallelTime {
  readonly workers: number;
  /** Null for one process without a worker pool. */
  readonly statistics: Statistics | null;
  readonly ms: number;
  /** Relative to one process. */
  readonly speedup: number;
}

const batchSize = 128;

/** Turns that do not count. */
const warmUps = 2;

interface Contender {
  readonly workers: number;
  readonly statistics: Statistics | null;
  readonly step: () => unknown;
  readonly end: () => unknown;
}

/**
 * ResNet-20, batches of 128. Switches to the wasm engine. Medians of interleaved turns, without the time to create
 * batches.
 */
export async function measureDataParallel(
  rounds: number,
  onTurn: () => void = () => undefined,
): Promise<readonly DataParallelTime[]> {
  await useBackend("wasm");
  const contenders = [alone(), await pooled("synchronized"), await pooled("per-worker")];
  try {
    const times = contenders.map((): number[] => []);
    for (let round = -warmUps; round < rounds; round++) {
      for (const [i, { step }] of contenders.entries()) {
        const start = performance.now();
        await step();
        if (round < 0) continue;
        times[i]?.push(performance.now() - start);
        onTurn();
      }
    }
    const medians = times.map(median);
    return contenders.map(({ workers, statistics }, i) => {
      const ms = medians[i] ?? Number.NaN;
      return { workers, statistics, ms, speedup: (medians[0] ?? Number.NaN) / ms };
    });
  } finally {
    for (const { end } of contenders) await end();
  }
}

function makeBatch(): Batch<tf.Tensor, tf.Tensor> {
  return {
    xs: tf.randomNormal([batchSize, 32, 32, 3], 0, 1, "float32", 1),
    ys: tf.tidy(() => tf.cast(tf.mod(tf.range(0, batchSize), 10), "int32")),
  };
}

/** The step disposes its batch, so each one receives clones. */
const clone = ({ xs, ys }: Batch<tf.Tensor, tf.Tensor>): Batch => ({ xs: tf.clone(xs), ys: tf.clone(ys) });

const makeOptimizer = () => sgd({ learningRate: 0.01, momentum: 0.9, weightDecay: 5e-4 });

function alone(): Contender {
  const [model, optimizer, batch] = [createModel("resnet20"), makeOptimizer(), makeBatch()];
  const step = () => trainStep(model, optimizer, clone(batch));
  return { workers: 1, statistics: null, step, end: () => end(model, optimizer, batch) };
}

async function pooled(statistics: Statistics): Promise<Contender> {
  const [model, optimizer, batch] = [createModel("resnet20"), makeOptimizer(), makeBatch()];
  const { workers, trainStep: poolStep, dispose } = await startWorkerPool(model, { workers: 2, statistics });
  return {
    workers,
    statistics,
    step: () => poolStep(optimizer, clone(batch)),
    async end() {
      await dispose();
      end(model, optimizer, batch);
    },
  };
}

function end(
  model: ReturnType<typeof createModel>,
  optimizer: ReturnType<typeof makeOptimizer>,
  { xs, ys }: Batch,
): void {
  model.dispose();
  optimizer.dispose();
  tf.dispose([xs, ys]);
}

export function formatDataParallel(times: readonly DataParallelTime[]): string {
  const body = times.map(({ workers, statistics, ms, speedup }) => [
    String(workers),
    statistics ?? "one process",
    ms.toFixed(0),
    speedup.toFixed(2),
  ]);
  return markdownOf(["workers", "statistics", "ms per step", "speedup"], body);
}
