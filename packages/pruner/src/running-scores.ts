/**
 * Scores over time: minibatches are averaged between two removals, and the averages blended with momentum
 * (Molchanov et al., CVPR 2019: `score = 0.9 · score + 0.1 · contribution`, the first time the contribution itself).
 */
import { type Scores, scoreAverage } from "@secateur/criteria";
import type { DependencyGraph } from "@secateur/dependency-graph";
import { type Plan, traceUnits } from "@secateur/surgery";

export interface RunningScores {
  /** Adds one minibatch's scores. */
  readonly add: (scores: Scores, examples: number) => void;
  /** Ends the interval: blends its average in and returns the scores. */
  readonly blend: () => Scores;
  /** Moves the scores to the units of the smaller model. */
  readonly carry: (before: DependencyGraph, plan: Plan, after: DependencyGraph) => void;
  readonly toJson: () => Readonly<Record<string, readonly number[]>>;
}

export function runningScores(momentum: number, start: Scores = new Map()): RunningScores {
  let blended = new Map(start);
  let interval = scoreAverage();
  return {
    add: (scores, examples) => interval.add(scores, examples),
    blend() {
      for (const [id, contribution] of interval.mean()) {
        const old = blended.get(id);
        const mix = (value: number, i: number): number =>
          momentum * Number(old?.[i]) + (1 - momentum) * value;
        blended.set(id, old === undefined ? contribution : contribution.map(mix));
      }
      interval = scoreAverage();
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
