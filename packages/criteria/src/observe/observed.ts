/** Everything that was computed in a minibatch, by weight, layer or tensor; null or empty where no criterion asked. */
import type { LogitMargins } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";

/** By weight name, each of the weight's shape. */
export type Gradients = Readonly<Record<string, tf.Tensor>>;

/** By layer whose input, or output, the gates are on. */
export type ByLayer<T extends tf.Tensor> = Readonly<Record<string, T>>;

export interface Observed {
  /** Of the minibatch's mean loss. */
  readonly gradients: Gradients | null;
  /** `[2, channels]` of what a layer gets: mean, share that is not 0. */
  readonly activations: ByLayer<tf.Tensor2D>;
  /** `[batch, channels]`: of each example's loss, gates on what a layer gets. */
  readonly inputGates: ByLayer<tf.Tensor2D>;
  /** `[batch, channels]`: the same for gates on what a layer gives. */
  readonly outputGates: ByLayer<tf.Tensor2D>;
  /** H W for all weights. */
  readonly hessianProducts: Gradients | null;
  /** H (v ⊙ W) for a random sign v for each unit. */
  readonly hutchinson: { readonly signs: Signs; readonly products: Gradients } | null;
  /** `[batch, channels]`: as `inputGates`, under labels drawn from the prediction. */
  readonly fisherGates: ByLayer<tf.Tensor2D>;
  readonly margins:
    | (Pick<LogitMargins, "logProbabilities"> & { readonly gates: ByLayer<tf.Tensor3D> })
    | null;
}

/** By group: one sign a unit. */
export type Signs = ReadonlyMap<string, Float32Array>;

export const observedNothing: Observed = {
  gradients: null,
  activations: {},
  inputGates: {},
  outputGates: {},
  hessianProducts: null,
  hutchinson: null,
  fisherGates: {},
  margins: null,
};

/** All but the gradients and what else came out of the training step itself. */
export function disposeExtras({ hessianProducts, hutchinson, fisherGates, margins }: Observed): void {
  tf.dispose([hessianProducts ?? {}, hutchinson?.products ?? {}, fisherGates]);
  if (margins !== null) tf.dispose([margins.logProbabilities, margins.gates]);
}
