/** The latency of a network with its spread. */
import type { Latency } from "@secateur/metrics";
import { fixedText } from "../report/decimals.ts";

/** Timed runs in milliseconds per image: their median, and the quartiles, between which half of the runs lie. */
export interface Timing {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

export function timingOf({ perImageMs, spreadMs: [low, high], batch }: Latency): Timing {
  return { median: perImageMs, low: low / batch, high: high / batch };
}

/** The mean of each number. @param timings - At least one. */
export function meanTiming(timings: readonly Timing[]): Timing {
  const mean = (of: (timing: Timing) => number): number =>
    timings.reduce((sum, timing) => sum + of(timing), 0) / timings.length;
  return {
    median: mean(({ median }) => median),
    low: mean(({ low }) => low),
    high: mean(({ high }) => high),
  };
}

/** The median and the quartiles, for instance `0.301 (0.297–0.310)`. */
export function formatTiming({ median, low, high }: Timing, digits: number): string {
  return `${fixedText(median, digits)} (${fixedText(low, digits)}–${fixedText(high, digits)})`;
}
