/** The factorisation against the definition: products of random matrices are recovered. */
import { createRandom } from "@secateur/base";
import { describe, expect, it } from "vitest";
import { factorize, solveFactorized } from "../src/cholesky.ts";

/** R Rᵀ + I of a random R, positive definite. */
function positiveDefinite(size: number): Float64Array {
  const random = createRandom(size);
  const r = Float64Array.from({ length: size * size }, () => random.normal());
  const product = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      let sum = i === j ? 1 : 0;
      for (let k = 0; k < size; k++) sum += Number(r[i * size + k]) * Number(r[j * size + k]);
      product[i * size + j] = sum;
    }
  }
  return product;
}

describe("Cholesky factorisation", () => {
  it.each([1, 2, 63, 64, 65, 130, 200])(
    "solves A x = b for %i unknowns and seven right-hand sides",
    (size) => {
      const matrix = positiveDefinite(size);
      const x = Float64Array.from({ length: 7 * size }, (_, i) => Math.sin(i));
      const b = x.map((_, at) => {
        const [row, i] = [Math.floor(at / size), at % size];
        let sum = 0;
        for (let j = 0; j < size; j++) sum += Number(matrix[i * size + j]) * Number(x[row * size + j]);
        return sum;
      });
      expect(factorize(matrix, size)).toBe(true);
      solveFactorized(matrix, size, b);
      expect(Math.max(...b.map((value, i) => Math.abs(value - Number(x[i]))))).toBeLessThan(1e-9);
    },
  );

  it("reports a matrix that is not positive definite, and one with NaN", () => {
    expect(factorize(Float64Array.of(1, 0, 2, 1), 2)).toBe(false);
    expect(factorize(Float64Array.of(Number.NaN), 1)).toBe(false);
    const singular = new Float64Array(100 * 100).fill(1);
    expect(factorize(singular, 100)).toBe(false);
  });
});
