/** What a network is built from, and the check that these are numbers a network can have. */
import { ModelOptionsError } from "../errors.ts";

export interface NetworkOptions {
  /** Number of outputs. Default 10, of an ImageNet network 1000. */
  readonly classes: number;
  /** [height, width, channels]. Default [32, 32, 3], of an ImageNet network [224, 224, 3]. */
  readonly inputShape: readonly [height: number, width: number, channels: number];
  /** Decides every initial weight. Default 0. */
  readonly seed: number;
}

/** Throws `ModelOptionsError`. `minimumSize`: the least height and width whose smallest feature map is not empty. */
export function checkNetworkOptions(
  name: string,
  { classes, inputShape, seed }: NetworkOptions,
  minimumSize: number,
): void {
  if (!Number.isSafeInteger(classes) || classes < 1)
    throw new ModelOptionsError(`${name}: classes is ${classes}, it must be a whole number of at least 1`);
  if (!Number.isSafeInteger(seed))
    throw new ModelOptionsError(`${name}: seed is ${seed}, it must be a whole number`);
  const [height, width, channels] = inputShape;
  const whole = inputShape.length === 3 && inputShape.every((size) => Number.isSafeInteger(size) && size > 0);
  if (!whole)
    throw new ModelOptionsError(
      `${name}: inputShape is [${inputShape.join(", ")}], it must be [height, width, channels], all above 0`,
    );
  if (Math.min(height, width) < minimumSize)
    throw new ModelOptionsError(
      `${name}: inputShape is [${height}, ${width}, ${channels}], height and width must be at least ${minimumSize}`,
    );
}
