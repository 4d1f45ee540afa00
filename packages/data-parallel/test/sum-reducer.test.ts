/** Batch normalisation's sums over several workers, acted out on one thread: exact also for a large mean. */
import { currentCapabilities, type SumReducer } from "@secateur/backend/engine";
import { batchNormTraining } from "@secateur/backend/ops";
import { lossAndGradients } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, expect, it } from "vitest";
import { disposeNetwork, makeBatch, residualNetwork } from "./networks.ts";

const setSumReducer = (reduce: SumReducer | null): void => currentCapabilities().setSumReducer?.(reduce);

/** `[rows, channels]` both. */
interface Part {
  readonly x: tf.Tensor2D;
  readonly dy: tf.Tensor2D;
}

const results = ["y", "mean", "variance", "dx", "dGamma", "dBeta"] as const;
type Results = Readonly<Record<(typeof results)[number], tf.Tensor>>;

/** The loss is Σ y ∂y as a mean over the part's rows, as each worker has it. */
function normalize({ x, dy }: Part): Results {
  const [gamma, beta] = [tf.tensor1d([1.5, -2]), tf.tensor1d([0.5, 1])];
  const loss = (...[x, gamma, beta]: tf.Tensor[]): tf.Tensor => {
    const { y } = batchNormTraining(x as tf.Tensor2D, gamma as tf.Tensor1D, beta as tf.Tensor1D, 1e-3);
    return tf.div(tf.sum(tf.mul(y, dy)), dy.shape[0]);
  };
  const [dx, dGamma, dBeta] = tf.grads(loss)([x, gamma, beta]) as [tf.Tensor, tf.Tensor, tf.Tensor];
  return { ...batchNormTraining(x, gamma, beta, 1e-3), dx, dGamma, dBeta };
}

/** How often `normalize` adds up sums: forward and backward for the gradients, and forward again. */
const meetings = 3;

/** Each part is done again for each meeting, as if the others were there: with the totals of the meetings before. */
function normalizeTogether(parts: readonly Part[]): readonly Results[] {
  const totals: Float64Array[] = [];
  const act = (part: Part, tell: (meeting: number, sums: Float64Array) => void): Results => {
    let meeting = 0;
    setSumReducer((sums) => {
      tell(meeting, sums);
      sums.set(totals[meeting] ?? sums);
      meeting++;
    });
    return normalize(part);
  };
  for (let next = 0; next < meetings; next++) {
    const sum = new Float64Array(5); // two for each of two channels, and the rows
    for (const part of parts) {
      act(part, (meeting, sums) => {
        if (meeting === next) for (const [i, value] of sums.entries()) sum[i] = (sum[i] ?? 0) + value;
      });
    }
    totals.push(sum);
  }
  return parts.map((part) => act(part, () => undefined));
}

afterEach(() => setSumReducer(null));

it.for([0, 1e3, 1e5])("parts normalise by all rows' statistics, about a mean of %d", (mean, { skip }) => {
  skip(tf.getBackend() !== "wasm", "only the wasm engine's kernels add up sums with others");
  tf.tidy(() => {
    const x = tf.randomNormal<tf.Rank.R2>([11, 2], mean, 1, "float32", 1);
    const dy = tf.randomNormal<tf.Rank.R2>([11, 2], 0, 1, "float32", 2);
    const expected = normalize({ x, dy });
    const parts = (
      [
        [0, 7],
        [7, 4],
      ] as const
    ).map(([start, size]) => ({
      x: tf.slice(x, [start, 0], [size, 2]),
      dy: tf.slice(dy, [start, 0], [size, 2]),
    }));
    const [first, second] = normalizeTogether(parts) as [Results, Results];
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

/** How often a step of the residual network adds up sums: three uses of batch normalisation, forward and backward. */
const stepMeetings = 6;

it("a step that is abandoned at any meeting leaves nothing in the engine", ({ skip }) => {
  skip(tf.getBackend() !== "wasm", "only the wasm engine's kernels add up sums with others");
  const [model, batch] = [residualNetwork(), makeBatch(1, 4)];
  const before = tf.backend().numDataIds();
  for (let last = 1; last <= stepMeetings; last++) {
    let meetings = 0;
    setSumReducer(() => {
      meetings++;
      if (meetings === last) throw new Error(`abandoned at meeting ${last}`);
    });
    expect(() => lossAndGradients(model, batch)).toThrow(`abandoned at meeting ${last}`);
    expect(tf.backend().numDataIds()).toBe(before);
  }
  tf.dispose([batch.xs, batch.ys]);
  disposeNetwork(model);
});
