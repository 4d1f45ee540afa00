/**
 * Scores over time: minibatches are averaged between two removals, and the averages blended with momentum
 * (Molchanov et al., CVPR 2019: `score = 0.9 · score + 0.1 · contribution`, the first time the contribution itself).
 */
import type { Scores } from "@secateur/criteria";
import type { DependencyGraph } from "@secateur/dependency-graph";
import { type Plan, traceUnits } from "@secateur/surgery";

export interface RunningScores {
  /** One minibatch's scores. */
  readonly add: (scores: Scores) => void;
  /** Close the interval: blend its average in, and return the scores. */
  readonly blend: () => Scores;
  /** Follow the units into the smaller model. */
  readonly carry: (before: DependencyGraph, plan: Plan, after: DependencyGraph) => void;
  readonly toJson: () => Readonly<Record<string, readonly number[]>>;
}

export function runningScores(momentum: number, start: Scores = new Map()): RunningScores {
  let blended = new Map(start);
  let sums = new Map<string, Float64Array>();
  let count = 0;
  return {
    add(scores) {
      count++;
      for (const [id, values] of scores) {
        const sum = sums.get(id) ?? new Float64Array(values.length);
        sums.set(id, sum);
        for (const [i, value] of values.entries()) sum[i] = Number(sum[i]) + value;
      }
    },
    blend() {
      for (const [id, sum] of sums) {
        const old = blended.get(id);
        const mix = (total: number, i: number): number => {
          const contribution = total / count;
          return old === undefined ? contribution : momentum * Number(old[i]) + (1 - momentum) * contribution;
        };
        blended.set(id, Float32Array.from(sum, mix));
      }
      sums = new Map();
      count = 0;
      return blended;
    },
    carry(before, plan, after) {
      const origin = traceUnits(before, plan, after);
      const follow = ([id, units]: readonly [string, readonly { group: string; unit: number }[]]) =>
        [id, Float32Array.from(units, ({ group, unit }) => Number(blended.get(group)?.[unit]))] as const;
      blended = new Map([...origin].map(follow));
    },
    toJson: () => Object.fromEntries([...blended].map(([id, values]) => [id, Array.from(values)])),
  };
}
