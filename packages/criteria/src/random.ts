/** Random: what every criterion has to beat. Uniform in 0..1, decided by the seed, the group and the minibatch. */
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
      tf.randomUniform([unitCount], 0, 1, "float32", seedOf(`${seed}/${minibatch}/${id}`)),
  });

/** FNV-1a, 32 bits. tfjs takes a seed of 0 for none, hence the last bit. */
function seedOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 1) | 1;
}
