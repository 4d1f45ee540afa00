/** Averages scores over minibatches, weighted by their numbers of examples. */
import type { GroupId } from "@secateur/dependency-graph";
import type { Scores } from "./score-minibatch.ts";

export interface ScoreAverage {
  readonly add: (scores: Scores, examples: number) => void;
  readonly mean: () => Scores;
}

export function scoreAverage(): ScoreAverage {
  const sums = new Map<GroupId, Float64Array>();
  let total = 0;
  return {
    add(scores, examples) {
      total += examples;
      for (const [id, values] of scores) {
        const sum = sums.get(id) ?? new Float64Array(values.length);
        sums.set(id, sum);
        for (const [i, value] of values.entries()) sum[i] = Number(sum[i]) + examples * value;
      }
    },
    mean: () => new Map([...sums].map(([id, sum]) => [id, Float32Array.from(sum, (value) => value / total)])),
  };
}
