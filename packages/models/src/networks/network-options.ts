/** The options of a network, and their validation. */
import { ModelOptionsError } from "../errors.ts";

export interface NetworkOptions {
  /** Number of outputs. Default 10, for ImageNet networks 1000. */
  readonly classes: number;
  /** [height, width, channels]. Default [32, 32, 3], for ImageNet networks [224, 224, 3]. */
  readonly inputShape: readonly [height: number, width: number, channels: number];
  /** Determines every initial weight. Default 0. */
  readonly seed: number;
  /** "zeros" builds large networks in a fraction of the time, for weights that are loaded. Default "random". */
  readonly kernels: "random" | "zeros";
}

/**
 * @param minimumSize - The smallest height and width for which no feature map is empty.
 * @throws ModelOptionsError for invalid options.
 */
export function checkNetworkOptions(
  name: string,
  { classes, inputShape, seed }: NetworkOptions,
  minimumSize: number,
): void {
  if (!Number.isSafeInteger(classes) || classes < 1)
    throw new ModelOptionsError(`${name}: classes is ${classes}; it must be an integer of at least 1`);
  if (!Number.isSafeInteger(seed))
    throw new ModelOptionsError(`${name}: seed is ${seed}; it must be an integer`);
  const [height, width, channels] = inputShape;
  const isShape =
    inputShape.length === 3 && inputShape.every((size) => Number.isSafeInteger(size) && size > 0);
  if (!isShape)
    throw new ModelOptionsError(
      `${name}: inputShape is [${inputShape.join(", ")}]; it must be [height, width, channels], all positive integers`,
    );
  if (Math.min(height, width) < minimumSize)
    throw new ModelOptionsError(
      `${name}: inputShape is [${height}, ${width}, ${channels}]; height and width must be at least ${minimumSize}`,
    );
}
