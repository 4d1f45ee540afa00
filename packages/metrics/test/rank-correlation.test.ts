/** Correlations compared with their definitions, on lists with many ties. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { kendall, pearson, spearman } from "../src/index.ts";

const few = fc.integer({ min: -3, max: 3 });
const any = fc.double({ noNaN: true, noDefaultInfinity: true });

/** Two lists of the same length: constant, with ties, without ties. */
const pairOfLists = fc
  .tuple(fc.constantFrom(fc.constant(0.1), few, any), fc.constantFrom(few, any))
  .chain(([x, y]) => fc.array(fc.tuple(x, y), { minLength: 2, maxLength: 60 }))
  .map((pairs) => [pairs.map(([x]) => x), pairs.map(([, y]) => y)] as const);

/** τ-b by its O(n²) definition. */
function kendallByPairs(x: readonly number[], y: readonly number[]): number {
  const order = (a = 0, b = 0): number => Number(a > b) - Number(a < b);
  let [balance, untiedX, untiedY] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    for (let j = 0; j < i; j++) {
      const [a, b] = [order(x[i], x[j]), order(y[i], y[j])];
      balance += a * b;
      untiedX += Math.abs(a);
      untiedY += Math.abs(b);
    }
  }
  return balance / Math.sqrt(untiedX * untiedY);
}

function ranksByCounting(values: readonly number[]): readonly number[] {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const equal = values.filter((other) => other === value).length;
    return below + (equal + 1) / 2;
  });
}

describe("compared with the definition", () => {
  it("Kendall, bit for bit", () => {
    fc.assert(
      fc.property(pairOfLists, ([x, y]) => {
        expect(kendall(x, y)).toBe(kendallByPairs(x, y));
      }),
      { numRuns: 500 },
    );
  });

  it("Spearman is Pearson of the ranks", () => {
    fc.assert(
      fc.property(pairOfLists, ([x, y]) => {
        expect(spearman(x, y)).toBe(pearson(ranksByCounting(x), ranksByCounting(y)));
      }),
    );
  });

  it("both are symmetric and change sign when a list is negated", () => {
    let compared = 0;
    fc.assert(
      fc.property(pairOfLists, ([x, y]) => {
        const turned = y.map((value) => -value);
        for (const correlation of [kendall, spearman]) {
          const value = correlation(x, y);
          if (Number.isNaN(value)) continue; // a constant list
          compared++;
          expect(correlation(y, x)).toBeCloseTo(value, 12);
          expect(correlation(x, turned)).toBeCloseTo(-value, 12);
        }
      }),
    );
    expect(compared).toBeGreaterThan(60); // of 200, a third of which have a constant list
  });
});

describe("lists without a correlation", () => {
  const all = [pearson, spearman, kendall];

  // 0.1 + 0.1 + 0.1 is not 0.3: the mean of the list is not 0.1.
  it("constant lists", () => {
    for (const correlation of all) expect(correlation([0.1, 0.1, 0.1], [1, 2, 3])).toBeNaN();
  });

  it("lists that contain NaN", () => {
    for (const correlation of all) expect(correlation([1, 2, 3], [4, Number.NaN, 5])).toBeNaN();
  });
});

it("infinities have the highest rank and tie", () => {
  const x = [1, 2, Infinity, Infinity];
  expect(spearman(x, [1, 2, 3, 3])).toBeCloseTo(1, 12);
  expect(kendall(x, [1, 2, 3, 3])).toBeCloseTo(1, 12);
});

it("Kendall of 200,000 pairs takes seconds at most", () => {
  const x = Float64Array.from({ length: 200_000 }, (_, i) => (i * 7919) % 200_003);
  const start = performance.now();
  expect(kendall(x, x)).toBe(1);
  expect(performance.now() - start).toBeLessThan(10_000);
});
