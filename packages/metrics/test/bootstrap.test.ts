/** Bootstrap intervals compared with closed forms, on normal data with a known correlation. */
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { bootstrap, MetricsError, pearson, spearman } from "../src/index.ts";

/** Bivariate normal pairs with correlation `rho`. */
function normalPairs(count: number, rho: number, seed: number): readonly [Float64Array, Float64Array] {
  const normal = (own: number): Float64Array => {
    const tensor = tf.randomNormal([count], 0, 1, "float32", own);
    const values = Float64Array.from(tensor.dataSync());
    tensor.dispose();
    return values;
  };
  const [x, noise] = [normal(2 * seed + 1), normal(2 * seed + 2)];
  return [x, x.map((value, i) => rho * value + Math.sqrt(1 - rho * rho) * Number(noise[i]))];
}

describe("coverage", () => {
  it("the 95 % interval contains the true correlation in about 95 % of samples", () => {
    const rho = 0.6;
    const held = Array.from({ length: 300 }, (_, seed) => {
      const { low, high } = bootstrap(...normalPairs(80, rho, seed), pearson, { samples: 400, seed });
      return low <= rho && rho <= high;
    });
    const share = held.filter(Boolean).length / held.length;
    // Three standard errors of a share of 0.95 among 300 are 0.038.
    expect(share).toBeGreaterThan(0.95 - 0.038);
    expect(share).toBeLessThan(0.95 + 0.038);
  });

  it("agrees with Fisher's interval for bivariate normal data", () => {
    const [x, y] = normalPairs(1000, 0.5, 7);
    const z = Math.atanh(pearson(x, y));
    const { low, high } = bootstrap(x, y, pearson, { samples: 2000 });
    expect(low).toBeCloseTo(Math.tanh(z - 1.96 / Math.sqrt(997)), 1.7);
    expect(high).toBeCloseTo(Math.tanh(z + 1.96 / Math.sqrt(997)), 1.7);
  });
});

describe("resampling", () => {
  it("draws pairs: a straight line stays one", () => {
    const x = [1, 2, 3, 4, 5, 6];
    const { low, high } = bootstrap(x, x, spearman);
    expect(low).toBeCloseTo(1, 12);
    expect(high).toBeCloseTo(1, 12);
  });

  it("depends on the seed", () => {
    const [x, y] = normalPairs(20, 0.3, 1);
    expect(bootstrap(x, y, spearman)).toEqual(bootstrap(x, y, spearman, { seed: 0 }));
    expect(bootstrap(x, y, spearman)).not.toEqual(bootstrap(x, y, spearman, { seed: 1 }));
  });

  it("counts resamples without a value", () => {
    // Half of the resamples consist of the same pair twice: constant lists.
    const { low, high, samples, dropped } = bootstrap([1, 2], [1, 2], pearson, { samples: 4000 });
    expect([low, high]).toEqual([1, 1]);
    expect(samples + dropped).toBe(4000);
    expect(dropped / 4000).toBeCloseTo(0.5, 1);
  });

  it("returns NaN if no resample has a value", () => {
    expect(bootstrap([1, 1, 1], [1, 2, 3], pearson, { samples: 10 })).toEqual({
      low: Number.NaN,
      high: Number.NaN,
      samples: 0,
      dropped: 10,
    });
  });

  it("a higher level widens the interval on both sides", () => {
    const [x, y] = normalPairs(30, 0.3, 2);
    const [narrow, wide] = [0.5, 0.99].map((level) => bootstrap(x, y, pearson, { level }));
    expect(wide?.low).toBeLessThan(Number(narrow?.low));
    expect(wide?.high).toBeGreaterThan(Number(narrow?.high));
  });
});

it("rejects invalid arguments", () => {
  const of = (options: object) => () => bootstrap([1, 2], [1, 2], pearson, options);
  expect(of({ samples: 0 })).toThrow(MetricsError);
  expect(of({ samples: 1.5 })).toThrow("at least 1, not 1.5");
  expect(of({ level: 95 })).toThrow("between 0 and 1, not 95");
  expect(of({ seed: Number.NaN })).toThrow("seed must be an integer, not NaN");
  expect(() => bootstrap([1, 2], [1], pearson)).toThrow("got lengths 2 and 1");
});
