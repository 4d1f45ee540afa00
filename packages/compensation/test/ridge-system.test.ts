/** Systems of many features, solved on the engine, beside the Cholesky factorisation in double precision. */
import { createRandom } from "@secateur/base";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { centredInverse } from "../src/centred-inverse.ts";
import { solveFactorized } from "../src/cholesky.ts";
import { inverseByHalves } from "../src/engine-inverse.ts";
import { gramFactors } from "../src/gram-factors.ts";
import { ridgeSystem } from "../src/ridge-system.ts";
import { type SecondMoments, secondMoments } from "../src/second-moments.ts";

/** ReLU features with few causes, so that they are nearly dependent, plus `mean`; the last is a constant. */
function features(rows: number, size: number, mean = 0): tf.Tensor3D {
  return tf.tidy(() => {
    const causes = tf.randomNormal([rows, 40], 0, 1, "float32", 1);
    const noise = tf.randomNormal([rows, size - 1], 0, 0.05, "float32", 2);
    const mixed = tf.matMul(causes, tf.randomNormal([40, size - 1], 0.05, 0.2, "float32", 3));
    const relu = tf.relu(tf.add(mixed, noise));
    return tf.expandDims(tf.concat([tf.add(relu, mean), tf.ones([rows, 1])], 1), 0);
  });
}

/** θᵀ (G + λ) θ - 2 bᵀ θ, for each row of θ: what the solution minimises. */
function objective(
  { sums, rows, size }: SecondMoments,
  lambda: Float64Array,
  b: Float64Array,
  theta: Float64Array,
): number {
  let value = 0;
  for (let i = 0; i < size; i++) {
    let product = Number(lambda[i]) * Number(theta[i]) - 2 * Number(b[i]);
    for (let j = 0; j < size; j++) product += (Number(sums[i * size + j]) / rows) * Number(theta[j]);
    value += product * Number(theta[i]);
  }
  return value;
}

describe("second moments", () => {
  it("of several blocks are the products of all features", async () => {
    const x = features(30, 1100);
    const { sums, size, rows } = await secondMoments([x, x]);
    const values = await x.data();
    x.dispose();
    expect(rows).toBe(60);
    for (const [i, j] of [
      [0, 0],
      [3, 1050],
      [1050, 3],
      [500, 600],
      [1099, 1099],
    ] as const) {
      let sum = 0;
      for (let row = 0; row < 30; row++)
        sum += 2 * Number(values[row * size + i]) * Number(values[row * size + j]);
      expect(Math.abs(Number(sums[i * size + j]) - sum)).toBeLessThan(1e-5 * sum + 1e-6);
    }
  });
});

describe("ridge systems on the engine", () => {
  it.each([0, 20])("minimise the objective as far as double precision does (means of %i)", async (mean) => {
    const size = 700;
    const x = features(1500, size, mean);
    const moments = await secondMoments([x]);
    x.dispose();
    const random = createRandom(4);
    const b = Float64Array.from({ length: 2 * size }, (_, i) => {
      const column = i % size; // b = mean x y of a y that depends on the features
      return Number(moments.sums[column * size + 3]) / moments.rows + 0.01 * random.normal();
    });
    const settings = { ridge: 1e-3, hasShift: true };
    const { factors, lambda } = gramFactors(moments, settings);
    const found = await centredInverse(moments, settings);
    expect(found).not.toBeNull(); // the engine's inverse is what is tested
    if (found !== null) tf.dispose([found.matrix, found.inverse]);
    const exact = b.slice();
    solveFactorized(factors[0] as Float64Array, size, exact);
    const system = await ridgeSystem(moments, settings);
    expect(system.lambda).toEqual(lambda);
    const solved = await system.solve(b.slice());
    system.dispose();
    const norm = Math.hypot(...exact);
    expect(Math.hypot(...exact.map((value, i) => value - Number(solved[i]))) / norm).toBeLessThan(1e-4);
    for (const row of [0, 1]) {
      const [rhs, best, found] = [b, exact, solved].map((all) => all.slice(row * size, (row + 1) * size)) as [
        Float64Array,
        Float64Array,
        Float64Array,
      ];
      const least = objective(moments, lambda, rhs, best);
      expect(Math.abs(objective(moments, lambda, rhs, found) - least)).toBeLessThan(1e-6 * Math.abs(least));
    }
  });

  it("refuse a matrix that is not positive definite in single precision, and solve it in double precision", async () => {
    const size = 600;
    const x = features(50, size);
    const moments = await secondMoments([x]);
    x.dispose();
    const matrix = tf.tensor2d(Float32Array.from(moments.sums), [size, size]);
    expect(await inverseByHalves(matrix)).toBeNull();
    matrix.dispose();
    const system = await ridgeSystem(moments, { ridge: 1e-7, hasShift: true });
    const b = Float64Array.from(moments.sums.subarray(0, size), (sum) => sum / moments.rows);
    const solved = await system.solve(b.slice());
    system.dispose();
    // θ = (G + λ)⁻¹ G e₀ is e₀ but for λ.
    const fitted = objective(moments, system.lambda, b, solved);
    expect(fitted).toBeCloseTo(-Number(moments.sums[0]) / moments.rows, 4);
  });
});
