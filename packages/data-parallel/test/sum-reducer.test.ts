/** Synchronised batch normalisation, with the workers simulated on one thread; accurate for a large mean too. */
import { currentCapabilities, type SumReducer } from "@secateur/backend/engine";
import { batchNormTraining } from "@secateur/backend/ops";
import { lossAndGradients } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, expect, it } from "vitest";
import { disposeNetwork, makeBatch, residualNetwork } from "./networks.ts";

const setSumReducer = (reduce: SumReducer | null): void => currentCapabilities().setSumReducer?.(reduce);

/** `[rows, channels]` both. */
interface Shard {
  readonly x: tf.Tensor2D;
  readonly dy: tf.Tensor2D;
}

const results = ["y", "mean", "variance", "dx", "dGamma", "dBeta"] as const;
type Results = Readonly<Record<(typeof results)[number], tf.Tensor>>;

/** The gradients of the mean of Σ y ∂y over the shard's rows. */
function normalize({ x, dy }: Shard): Results {
  const [gamma, beta] = [tf.tensor1d([1.5, -2]), tf.tensor1d([0.5, 1])];
  const loss = (...[x, gamma, beta]: tf.Tensor[]): tf.Tensor => {
    const { y } = batchNormTraining(x as tf.Tensor2D, gamma as tf.Tensor1D, beta as tf.Tensor1D, 1e-3);
    return tf.div(tf.sum(tf.mul(y, dy)), dy.shape[0]);
  };
  const [dx, dGamma, dBeta] = tf.grads(loss)([x, gamma, beta]) as [tf.Tensor, tf.Tensor, tf.Tensor];
  return { ...batchNormTraining(x, gamma, beta, 1e-3), dx, dGamma, dBeta };
}

/** All-reduces in `normalize`: forward and backward for the gradients, and forward again. */
const reductions = 3;

/** Runs every shard once per all-reduce, each time with the totals of the previous all-reduces. */
function normalizeTogether(shards: readonly Shard[]): readonly Results[] {
  const totals: Float64Array[] = [];
  const run = (shard: Shard, onSums: (index: number, sums: Float64Array) => void): Results => {
    let index = 0;
    setSumReducer((sums) => {
      onSums(index, sums);
      sums.set(totals[index] ?? sums);
      index++;
    });
    return normalize(shard);
  };
  for (let next = 0; next < reductions; next++) {
    const sum = new Float64Array(5); // two sums for each of two channels, and the number of rows
    for (const shard of shards) {
      run(shard, (index, sums) => {
        if (index === next) for (const [i, value] of sums.entries()) sum[i] = (sum[i] ?? 0) + value;
      });
    }
    totals.push(sum);
  }
  return shards.map((shard) => run(shard, () => undefined));
}

afterEach(() => setSumReducer(null));

it.for([0, 1e3, 1e5])("shards normalise by the statistics of all rows, mean %d", (mean, { skip }) => {
  skip(tf.getBackend() !== "wasm", "only the wasm kernels use a sum reducer");
  tf.tidy(() => {
    const x = tf.randomNormal<tf.Rank.R2>([11, 2], mean, 1, "float32", 1);
    const dy = tf.randomNormal<tf.Rank.R2>([11, 2], 0, 1, "float32", 2);
    const expected = normalize({ x, dy });
    const shards = (
      [
        [0, 7],
        [7, 4],
      ] as const
    ).map(([start, size]) => ({
      x: tf.slice(x, [start, 0], [size, 2]),
      dy: tf.slice(dy, [start, 0], [size, 2]),
    }));
    const [first, second] = normalizeTogether(shards) as [Results, Results];
    const close = { rtol: 1e-4, atol: 1e-5 };
    for (const name of ["mean", "variance"] as const) {
      expect(first[name]).toBeAllClose(expected[name], { rtol: 1e-5 });
      expect(second[name]).toBeAllClose(first[name], { rtol: 0, atol: 0 });
    }
    expect(tf.concat([first.y, second.y])).toBeAllClose(expected.y, close);
    const weighted = (name: keyof Results): tf.Tensor[] => [
      tf.mul(first[name], 7 / 11),
      tf.mul(second[name], 4 / 11),
    ];
    expect(tf.concat(weighted("dx"))).toBeAllClose(expected.dx, close);
    for (const name of ["dGamma", "dBeta"] as const) {
      expect(tf.addN(weighted(name))).toBeAllClose(expected[name], close);
    }
  });
});

/** All-reduces in a step of the residual network: three calls of batch normalisation, forward and backward. */
const stepReductions = 6;

it("a step that is aborted at any all-reduce leaves no tensors behind", ({ skip }) => {
  skip(tf.getBackend() !== "wasm", "only the wasm kernels use a sum reducer");
  const [model, batch] = [residualNetwork(), makeBatch(1, 4)];
  const before = tf.backend().numDataIds();
  for (let last = 1; last <= stepReductions; last++) {
    let count = 0;
    setSumReducer(() => {
      count++;
      if (count === last) throw new Error(`aborted at all-reduce ${last}`);
    });
    expect(() => lossAndGradients(model, batch)).toThrow(`aborted at all-reduce ${last}`);
    expect(tf.backend().numDataIds()).toBe(before);
  }
  tf.dispose([batch.xs, batch.ys]);
  disposeNetwork(model);
});
