/**
 * Bootstrap confidence interval of a statistic of paired lists (Efron, 1979, percentile method): resample the pairs with
 * replacement and take quantiles of the statistic. Assumes that the pairs are independent of each other.
 */
import { splitmix32 } from "@secateur/base";
import { MetricsError } from "./errors.ts";
import { checkPairs, type Numbers } from "./paired-lists.ts";

export interface BootstrapOptions {
  /** Number of resamples. Default 1000. */
  readonly samples?: number;
  /** Confidence level, between 0 and 1. Default 0.95. */
  readonly level?: number;
  /** An integer; the same seed gives the same interval on every machine. Default 0. */
  readonly seed?: number;
}

export interface BootstrapInterval {
  /** NaN if the statistic was NaN for every resample. */
  readonly low: number;
  readonly high: number;
  /** Number of resamples with a value. */
  readonly samples: number;
  /** Number of resamples for which the statistic was NaN, for instance the correlation of a constant list. */
  readonly dropped: number;
}

/**
 * Confidence interval of `statistic(x, y)`.
 *
 * @param statistic - Must not keep its arguments: every resample reuses the same arrays.
 * @throws MetricsError for lists of different lengths or options out of range.
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
  const random = splitmix32(seed);
  const [drawnX, drawnY] = [new Float64Array(x.length), new Float64Array(x.length)];
  const values = Float64Array.from({ length: samples }, () => {
    for (let i = 0; i < x.length; i++) {
      const pair = Math.floor(random() * x.length);
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

/** Linear interpolation between the two nearest values. */
function quantile(sorted: Float64Array, probability: number): number {
  const index = probability * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(index)], sorted[Math.ceil(index)]];
  if (below === undefined || above === undefined) return Number.NaN;
  return below === above ? below : below + (above - below) * (index - Math.floor(index));
}

function checkOptions(samples: number, level: number, seed: number): void {
  if (!Number.isInteger(samples) || samples < 1) {
    throw new MetricsError(`samples must be an integer of at least 1, not ${samples}`);
  }
  if (!(level > 0 && level < 1)) throw new MetricsError(`level must be between 0 and 1, not ${level}`);
  if (!Number.isInteger(seed)) throw new MetricsError(`seed must be an integer, not ${seed}`);
}
