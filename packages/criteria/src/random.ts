/** Random: what every criterion has to beat. Uniform in 0..1, decided by the seed, the group and the minibatch. */
import * as tf from "@tensorflow/tfjs-core";
import { type Criterion, defineCriterion } from "./criterion.ts";
import { seedOf } from "./observe/seed-of.ts";

export interface RandomOptions {
  readonly seed?: number;
}

/** A new random criterion; equal seeds give equal scores. */
export const random = ({ seed = 0 }: RandomOptions = {}): Criterion =>
  defineCriterion({
    name: "random",
    observes: "nothing",
    score: ({ id, unitCount, minibatch }) =>
      tf.randomUniform([unitCount], 0, 1, "float32", seedOf(`${seed}/${minibatch}/${id}`)),
  });
