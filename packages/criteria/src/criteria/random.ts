/** Random scores, a baseline: uniform in 0..1, determined by seed, group and minibatch. */
import { seedFromText } from "@secateur/base";
import * as tf from "@tensorflow/tfjs-core";
import { type Criterion, defineCriterion } from "../criterion.ts";

export interface RandomOptions {
  /** Default 0. */
  readonly seed?: number;
}

export function random({ seed = 0 }: RandomOptions = {}): Criterion {
  return defineCriterion({
    name: "random",
    observes: [],
    score: ({ id, unitCount, minibatch }) =>
      tf.randomUniform([unitCount], 0, 1, "float32", seedFromText(`${seed}/${minibatch}/${id}`)),
  });
}
