/**
 * The inputs and attributes of the kernels that Secateur adds to tfjs's own. An engine has one of its own for some of
 * them; `@secateur/backend/ops` composes the others of tfjs's operations. Types only.
 */

export interface FusedKernels {
  /** Batch normalisation with the batch's statistics; outputs y, mean, variance. */
  readonly BatchNormTraining: FusedKernel<"x" | "gamma" | "beta", Epsilon>;
  /** Outputs ∂x, ∂gamma, ∂beta. */
  readonly BatchNormTrainingGrad: FusedKernel<"dy" | "x" | "gamma" | "mean" | "variance", Epsilon>;
  /** Batch normalisation with given statistics. */
  readonly BatchNormFrozen: FusedKernel<"x" | "mean" | "variance" | "gamma" | "beta", Epsilon>;
  /** Outputs the new weight and the new velocity. */
  readonly MomentumUpdate: FusedKernel<"weight" | "gradient" | "velocity", MomentumUpdateAttrs>;
  readonly MovingAverage: FusedKernel<"moving" | "batch", MovingAverageAttrs>;
  /** Σ x · dy over the positions, for each example and channel. */
  readonly PositionProducts: FusedKernel<"x" | "dy", NoAttrs>;
  /** ∂x of relu and relu6, from the output y. */
  readonly ReluGrad: FusedKernel<"dy" | "y", ReluGradAttrs>;
  /** Outputs the loss of each example and ∂loss/∂logits. */
  readonly SoftmaxCrossEntropy: FusedKernel<"logits" | "labels", NoAttrs>;
}

export type FusedKernelName = keyof FusedKernels;

interface FusedKernel<Inputs extends string, Attrs> {
  readonly inputs: Inputs;
  readonly attrs: Attrs;
}

type NoAttrs = Readonly<Record<never, never>>;

interface Epsilon {
  /** Added to the variance. */
  readonly epsilon: number;
}

export interface MomentumUpdateAttrs {
  /** η */
  readonly learningRate: number;
  /** μ */
  readonly momentum: number;
  /** λ */
  readonly weightDecay: number;
  readonly nesterov: boolean;
}

export interface MovingAverageAttrs {
  /** The share of the old value that stays. */
  readonly momentum: number;
}

export interface ReluGradAttrs {
  /** The largest output: 6, or NaN for relu, which has none. */
  readonly max: number;
}
