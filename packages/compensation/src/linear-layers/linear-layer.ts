/**
 * A layer whose output is linear in its weights. At one output position, each group of output channels is
 * `features · columns`: for a convolution the features are the input patch under the kernel.
 */
import type * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import type { Positions } from "./positions.ts";

export interface LinearLayer {
  /** The name of the weight that is refitted, for instance `kernel`. */
  readonly weight: string;
  /** The name of the weight that is added to every output, for instance `bias`. */
  readonly shift: string;
  /** The axis of `weight` that counts output channels. */
  readonly outputAxis: number;
  /** Why this layer cannot be refitted, or null. */
  readonly refuses?: (layer: tfl.layers.Layer) => string | null;
  /** Sizes of the output between batch and channels, from the input's `[batch, ...sizes, channels]`. */
  readonly outputSizes: (layer: tfl.layers.Layer, inputShape: readonly number[]) => readonly number[];
  /** @param x - The layer's input. @returns `[groups, positions, features]` */
  readonly features: (layer: tfl.layers.Layer, x: tf.Tensor, positions: Positions) => tf.Tensor3D;
  /** From the weight to `[groups, features, outputs per group]`; output channels are group by group. */
  readonly toColumns: (weight: tf.Tensor) => tf.Tensor3D;
  /** The inverse of `toColumns`. @param shape - Of the weight. */
  readonly fromColumns: (columns: tf.Tensor3D, shape: readonly number[]) => tf.Tensor;
}
