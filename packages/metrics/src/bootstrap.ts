/**
 * How sure is a statistic of paired lists? The percentile interval (Efron, 1979): draw as many pairs as there are, with
 * replacement, again and again, and see where the statistic falls in the middle 95 %. No distribution is assumed; the pairs
 * are taken as independent of each other.
 */
import { checkPairs, type Numbers } from "./check-pairs.ts";
import { MetricsError } from "./errors.ts";

export interface BootstrapOptions {
  /** How often to draw; 1000. */
  readonly samples?: number;
  /** Share of the draws inside the interval, between 0 and 1; 0.95. */
  readonly level?: number;
  /** A whole number; the same one gives the same interval on every machine. 0. */
  readonly seed?: number;
}

export interface BootstrapInterval {
  /** NaN where no draw had a value. */
  readonly low: number;
  readonly high: number;
  /** Draws that the interval is of. */
  readonly samples: number;
  /** Draws left out since the statistic was NaN, such as the correlation of a list that became constant. */
  readonly dropped: number;
}

/**
 * The interval of `statistic(x, y)`, which must not keep the lists that it is given: the next draw goes into the same ones.
 *
 * @example
 * const { low, high } = bootstrap(scores, lossChanges, spearman, { seed: 1 });
 */
export function bootstrap(
  x: Numbers,
  y: Numbers,
  statistic: (x: Numbers, y: Numbers) => number,
  options: BootstrapOptions = {},
): BootstrapInterval {
  const { samples = 1000, level = 0.95, seed = 0 } = options;
  checkPairs(x, y);
  checkOptions(samples, level, seed);
  const next = splitmix32(seed);
  const [drawnX, drawnY] = [new Float64Array(x.length), new Float64Array(x.length)];
  const values = Float64Array.from({ length: samples }, () => {
    for (let i = 0; i < x.length; i++) {
      const pair = Math.floor(next() * x.length);
      drawnX[i] = Number(x[pair]);
      drawnY[i] = Number(y[pair]);
    }
    return statistic(drawnX, drawnY);
  });
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  return {
    low: quantile(sorted, (1 - level) / 2),
    high: quantile(sorted, (1 + level) / 2),
    samples: sorted.length,
    dropped: samples - sorted.length,
  };
}

/** Between two values by straight line. */
function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  if (below === undefined || above === undefined) return Number.NaN;
  return below === above ? below : below + (above - below) * (place - Math.floor(place));
}

/** 0 ≤ x < 1, after Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014, in 32 bits. */
function splitmix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 0) / 2 ** 32;
  };
}

function checkOptions(samples: number, level: number, seed: number): void {
  if (!Number.isInteger(samples) || samples < 1) {
    throw new MetricsError(`the number of samples is whole and at least 1, not ${samples}`);
  }
  if (!(level > 0 && level < 1)) throw new MetricsError(`the level is between 0 and 1, not ${level}`);
  if (!Number.isInteger(seed)) throw new MetricsError(`the seed is a whole number, not ${seed}`);
}
