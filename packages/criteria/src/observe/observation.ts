/** What criteria can ask to be computed in a minibatch. All that is asked for is computed once, however many ask. */

export const observations = [
  /** Weights only. */
  "nothing",
  /** The weights' gradients. A training step has them already. */
  "gradients",
  /** What the layers that consume a unit get: its mean, and how often it is not 0. A pass forward; next to a step little. */
  "activations",
  /** The gate's gradient for each example apart. A pass forward and back; next to a step little. */
  "examples",
  /** Gates on whole tensors, as the paper puts them on skip connections. As "examples". */
  "tensors",
  /** The weights' gradients, and the product of the Hessian and all weights: two more gradients. */
  "hessian",
  /** An estimate of the gates' own second derivatives from a random direction: two gradients. */
  "hutchinson",
  /** Each example's gate gradient under a label drawn from the model's own prediction: two passes forward, one back. */
  "fisher",
  /** Each example's margins to its strongest competitors: one pass forward, and one back for each competitor. */
  "margins",
] as const;

export type Observation = (typeof observations)[number];
