/** Learning rate schedules: from the progress of training, 0..1, to a factor on the optimiser's learning rate. */
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

/** Half a cosine from 1 to 0 (Loshchilov and Hutter, ICLR 2017, arXiv 1608.03983), after a linear warm-up from 0. */
export function cosine({ warmup = 0 }: { readonly warmup?: number } = {}): Schedule {
  return (progress) =>
    progress < warmup
      ? progress / warmup
      : (1 + Math.cos((Math.PI * (progress - warmup)) / (1 - warmup))) / 2;
}
