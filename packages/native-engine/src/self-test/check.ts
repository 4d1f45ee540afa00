/** A computation that an engine must do correctly. */
import type * as tf from "@tensorflow/tfjs-core";

/** Computes something on the current backend. */
export type Compute = () => tf.Tensor[];

export interface Check {
  readonly name: string;
  readonly compute: Compute;
  /** Computes the expected outputs. Default: `compute` on the cpu backend. */
  readonly identity?: Compute;
}
