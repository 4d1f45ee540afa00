/** Random: what every criterion has to beat. Uniform in 0..1, decided by the seed, the group and the minibatch. */

import { seedFromText } from "@secateur/base";
import * as tf from "@tensorflow/tfjs-core";
import { type Criterion, defineCriterion } from "./criterion.ts";

export interface RandomOptions {
  readonly seed?: number;
}

/** A new random criterion; equal seeds give equal scores. */
export const random = ({ seed = 0 }: RandomOptions = {}): Criterion =>
  defineCriterion({
    name: "random",
    observes: "nothing",
    score: ({ id, unitCount, minibatch }) =>
      tf.randomUniform([unitCount], 0, 1, "float32", seedFromText(`${seed}/${minibatch}/${id}`)),
  });
