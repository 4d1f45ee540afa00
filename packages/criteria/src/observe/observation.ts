/** What criteria can ask to be computed in a minibatch. All that is asked for is computed once, however many ask. */

export const observations = [
  /** Weights only. */
  "nothing",
  /** The gradients of one training step. All that follow include them. */
  "gradients",
  /** What the layers that consume a unit get: its mean, and how often it is not 0. Free beside a step. */
  "activations",
  /** The gate's gradient for each example apart. A few per cent of a step. */
  "examples",
  /** Gates on whole tensors, as the paper puts them on skip connections. A few per cent of a step. */
  "tensors",
  /** The product of the Hessian and all weights: two more gradients. */
  "hessian",
  /** An estimate of the gates' own second derivatives from a random direction: two more gradients. */
  "hutchinson",
  /** Each example's gate gradient under a label drawn from the model's own prediction: one more pass. */
  "fisher",
  /** Each example's margins to its strongest competitors: one pass, and one back for each competitor. */
  "margins",
] as const;

export type Observation = (typeof observations)[number];
