import {
  batchNormFrozen,
  batchNormTraining,
  positionProducts,
  softmaxCrossEntropy,
} from "@secateur/backend/ops";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { expectFiniteDifferences, expectSameOnCpu, input, onCpu, onWasm } from "./two-engines.ts";

const epsilon = 1e-3;

const fused = (x?: tf.Tensor, gamma?: tf.Tensor, beta?: tf.Tensor): tf.Tensor =>
  batchNormTraining(x as tf.Tensor4D, gamma as tf.Tensor1D, beta as tf.Tensor1D, epsilon).y;

/** From tfjs's own operations, differentiated by tfjs. */
const plain = (x?: tf.Tensor, gamma?: tf.Tensor, beta?: tf.Tensor): tf.Tensor => {
  const { mean, variance } = tf.moments(
    x as tf.Tensor,
    (x as tf.Tensor).shape.map((_, axis) => axis).slice(0, -1),
  );
  const normalized = tf.div(tf.sub(x as tf.Tensor, mean), tf.sqrt(tf.add(variance, epsilon)));
  return tf.add(tf.mul(normalized, gamma as tf.Tensor), beta as tf.Tensor);
};

const parameters = (channels: number) => [input([channels], 2, (u) => u + 0.5), input([channels], 3)];

describe("batchNormTraining", () => {
  it.each([[[3, 5, 7, 1]], [[3, 5, 7, 8]], [[2, 5, 7, 13]], [[2, 3, 3, 20]], [[700, 9]]])(
    "%j: the kernel, its gradient and tfjs's own parts agree",
    async (shape) => {
      const inputs = [input(shape, 1, (u) => 3 * u + 2), ...parameters(Number(shape.at(-1)))];
      await expectSameOnCpu(fused, inputs, plain);
      await expectSameOnCpu(fused, inputs, fused);
    },
  );

  it("has gradients that finite differences confirm", () => {
    expectFiniteDifferences(fused, [input([2, 4, 4, 5], 1), ...parameters(5)]);
  });

  it("gives the batch's mean and biased variance, far from zero too", () => {
    const x = tf.tensor2d([1001, -5, 1002, -5, 1003, -5, 1004, -5], [4, 2]);
    const { y, mean, variance } = batchNormTraining(x, null, null, epsilon);
    expect(mean).toBeAllClose([1002.5, -5]);
    expect(variance).toBeAllClose([1.25, 0]);
    expect(y).toBeAllClose(
      [-1.5, 0, -0.5, 0, 0.5, 0, 1.5, 0].map((v) => v / Math.sqrt(1.251)),
      { rtol: 1e-4 },
    );
    tf.dispose([x, y, mean, variance]);
  });

  it("sums a hundred thousand rows without losing digits", () => {
    const x = tf.fill([131072, 3], 0.1);
    const { y, mean, variance } = batchNormTraining(x as tf.Tensor2D, null, null, epsilon);
    // TensorFlow's kernel adds in float32 and loses three digits here; ours does not.
    expect(mean).toBeAllClose([0.1, 0.1, 0.1], { rtol: onWasm ? 1e-7 : 2e-3 });
    expect(variance).toBeAllClose([0, 0, 0], { atol: onWasm ? 1e-9 : 1e-6 });
    tf.dispose([x, y, mean, variance]);
  });

  it("without gamma and beta is differentiable with respect to x", () => {
    const f = (x?: tf.Tensor): tf.Tensor => batchNormTraining(x as tf.Tensor4D, null, null, epsilon).y;
    expectFiniteDifferences(f, [input([2, 3, 3, 4], 1)]);
  });

  it("names both numbers when a parameter does not fit", () => {
    const [x, gamma] = [tf.ones<tf.Rank.R2>([2, 3]), tf.ones<tf.Rank.R1>([4])];
    expect(() => batchNormTraining(x, gamma, null, epsilon)).toThrow("gamma has 4 values for 3 channels");
    tf.dispose([x, gamma]);
  });
});

describe("positionProducts", () => {
  const products = (x?: tf.Tensor, dy?: tf.Tensor): tf.Tensor =>
    positionProducts(x as tf.Tensor, dy as tf.Tensor);
  const plain = (x?: tf.Tensor, dy?: tf.Tensor): tf.Tensor => {
    const [batch = 0] = (x as tf.Tensor).shape;
    const rows = tf.reshape(tf.mul(x as tf.Tensor, dy as tf.Tensor), [
      batch,
      -1,
      (x as tf.Tensor).shape.at(-1) ?? 0,
    ]);
    return tf.sum(rows, 1);
  };

  it.each([[[3, 5, 7, 1]], [[3, 5, 7, 8]], [[2, 20, 20, 13]], [[4, 9]], [[2, 6, 9]], [[2, 3, 2, 2, 9]]])(
    "%j: a sum for each example and channel",
    async (shape) => {
      const inputs = [input(shape, 1), input(shape, 2)];
      const run = (f: typeof products): Float32Array =>
        tf.tidy(() =>
          f(...inputs.map(({ values, shape }) => tf.tensor(values, shape))).dataSync<"float32">(),
        );
      expect(run(products)).toBeAllClose(await onCpu(() => run(plain)), { rtol: 1e-5, atol: 1e-5 });
    },
  );

  it("refuses tensors that do not belong together", () => {
    const [x, dy] = [tf.ones([2, 3, 4]), tf.ones([2, 4])];
    expect(() => positionProducts(x, dy)).toThrow("x is [2,3,4] and dy [2,4]");
    tf.dispose([x, dy]);
  });
});

describe("batchNormFrozen", () => {
  const mean = Float32Array.from({ length: 20 }, (_, i) => Math.sin(i));
  const variance = Float32Array.from({ length: 20 }, (_, i) => 0.5 + (i % 3));
  const statistics = (x: tf.Tensor): [tf.Tensor1D, tf.Tensor1D] => {
    const channels = Number(x.shape.at(-1));
    return [tf.tensor1d(mean.subarray(0, channels)), tf.tensor1d(variance.subarray(0, channels))];
  };
  const frozen = (x?: tf.Tensor, gamma?: tf.Tensor, beta?: tf.Tensor): tf.Tensor =>
    batchNormFrozen(
      x as tf.Tensor4D,
      ...statistics(x as tf.Tensor),
      gamma as tf.Tensor1D,
      beta as tf.Tensor1D,
      epsilon,
    );
  const stock = (x?: tf.Tensor, gamma?: tf.Tensor, beta?: tf.Tensor): tf.Tensor =>
    tf.batchNorm(
      x as tf.Tensor4D,
      ...statistics(x as tf.Tensor),
      beta as tf.Tensor1D,
      gamma as tf.Tensor1D,
      epsilon,
    );

  it.each([[[3, 5, 7, 1]], [[3, 5, 7, 8]], [[2, 3, 3, 20]], [[70, 9]]])(
    "%j: it and its gradient are those of tfjs's batchNorm",
    async (shape) => {
      const inputs = [input(shape, 1, (u) => 3 * u + 2), ...parameters(Number(shape.at(-1)))];
      await expectSameOnCpu(frozen, inputs, stock);
    },
  );

  it("has gradients that finite differences confirm", () => {
    expectFiniteDifferences(frozen, [input([2, 4, 4, 5], 1), ...parameters(5)]);
  });
});

describe("softmaxCrossEntropy", () => {
  const labels = (): tf.Tensor2D => tf.tensor2d([0, 1, 0, 0, 0.7, 0.1, 0.1, 0.1], [2, 4]);
  const fusedLoss = (logits?: tf.Tensor): tf.Tensor => softmaxCrossEntropy(logits as tf.Tensor2D, labels());
  const plainLoss = (logits?: tf.Tensor): tf.Tensor =>
    tf.neg(tf.sum(tf.mul(labels(), tf.logSoftmax(logits as tf.Tensor2D)), 1));

  it("and its gradient agree with the parts", async () => {
    await expectSameOnCpu(fusedLoss, [input([2, 4], 1)], plainLoss);
    await expectSameOnCpu(fusedLoss, [input([2, 4], 1)], fusedLoss);
    tf.tidy(() => expectFiniteDifferences(fusedLoss, [input([2, 4], 1)]));
  });

  it("is stable for large logits on both engines, and shows NaN", async () => {
    const run = (): number[] =>
      tf.tidy(() => {
        const logits = tf.tensor2d([1e4, 0, 0, 0, Number.NaN, 0, 0, 0], [2, 4]);
        return [...softmaxCrossEntropy(logits, labels()).dataSync()];
      });
    for (const losses of [run(), await onCpu(run)]) {
      expect(losses[0]).toBeCloseTo(1e4, 0);
      expect(losses[1]).toBeNaN();
    }
  });

  it("names both shapes when they differ", () => {
    const [logits, one] = [tf.ones<tf.Rank.R2>([2, 3]), labels()];
    expect(() => softmaxCrossEntropy(logits, one)).toThrow("logits are [2,3] but labels [2,4]");
    tf.dispose([logits, one]);
  });
});
