// One thing that an engine must get right.

import type * as tf from "@tensorflow/tfjs-core";

/** Computes something on the current backend. */
export type Compute = () => tf.Tensor[];

export interface Check {
  readonly name: string;
  readonly compute: Compute;
  /** What must come out; the same on the cpu backend where there is none. */
  readonly identity?: Compute;
}
