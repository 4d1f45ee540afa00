/** Learning rate schedules: from the progress of training, 0..1, to a factor on the optimiser's learning rate. */
import { TrainingError } from "../errors.ts";

export type Schedule = (progress: number) => number;

export function constant(): Schedule {
  return () => 1;
}

/**
 * Multiplies the rate by `factor` at each of the given points.
 *
 * @example const schedule = stepDecay({ at: [0.5, 0.75], factor: 0.1 });
 */
export function stepDecay({
  at,
  factor = 0.1,
}: {
  readonly at: readonly number[];
  readonly factor?: number;
}): Schedule {
  return (progress) => factor ** at.filter((point) => progress >= point).length;
}

/** Half a cosine from 1 to 0 (Loshchilov and Hutter, ICLR 2017, arXiv 1608.03983). */
export function cosine(): Schedule {
  return (progress) => (1 + Math.cos(Math.PI * progress)) / 2;
}

/**
 * A linear warm-up from 0 to 1 (Goyal et al. 2017, arXiv 1706.02677), then `schedule` over what is left of the training.
 *
 * @param share - Of the training, from 0 to below 1.
 *
 * @example const schedule = warmup(0.1, cosine());
 */
export function warmup(share: number, schedule: Schedule): Schedule {
  if (!(share >= 0 && share < 1))
    throw new TrainingError(`the share of the warm-up must be a number from 0 to below 1, not ${share}`);
  return (progress) => (progress < share ? progress / share : schedule((progress - share) / (1 - share)));
}
