/** Averages scores over minibatches, weighted by their numbers of examples. */
import type { GroupId } from "@secateur/dependency-graph";
import type { Scores } from "./score-minibatch.ts";

export interface ScoreAverage {
  readonly add: (scores: Scores, examples: number) => void;
  /** The number of minibatches that were added. */
  readonly count: () => number;
  readonly mean: () => Scores;
}

export function scoreAverage(): ScoreAverage {
  const sums = new Map<GroupId, Float64Array>();
  let [minibatches, total] = [0, 0];
  return {
    add(scores, examples) {
      minibatches++;
      total += examples;
      for (const [id, values] of scores) {
        const sum = sums.get(id) ?? new Float64Array(values.length);
        sums.set(id, sum);
        for (const [i, value] of values.entries()) sum[i] = Number(sum[i]) + examples * value;
      }
    },
    count: () => minibatches,
    mean: () => new Map([...sums].map(([id, sum]) => [id, Float32Array.from(sum, (value) => value / total)])),
  };
}
