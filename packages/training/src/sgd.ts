/**
 * Stochastic gradient descent with momentum and weight decay, as PyTorch defines it:
 * `v ← μ v + (g + λ w)`, `w ← w - η v`, or with Nesterov's look-ahead `w ← w - η (g + λ w + μ v)`.
 */
import { momentumUpdate } from "@secateur/backend/ops";
import { type Optimizer, slots } from "./optimizer.ts";

export interface SgdOptions {
  readonly learningRate: number;
  /** Default 0. */
  readonly momentum?: number;
  /** λ. Default 0. */
  readonly weightDecay?: number;
  /** What decays: every weight, or only kernels and neither biases nor γ and β. Default "all". */
  readonly decay?: "all" | "kernels";
  /** Default false. */
  readonly nesterov?: boolean;
}

/** @example const optimizer = sgd({ learningRate: 0.1, momentum: 0.9, weightDecay: 5e-4 }); */
export function sgd({
  learningRate,
  momentum = 0,
  weightDecay = 0,
  decay = "all",
  nesterov = false,
}: SgdOptions): Optimizer {
  const { get, set, ...state } = slots();
  const decays = (name: string): boolean => weightDecay !== 0 && (decay === "all" || name.endsWith("kernel"));
  return {
    name: "sgd",
    learningRate,
    apply(weights, gradients) {
      for (const [name, weight] of weights) {
        const gradient = gradients[name];
        if (gradient === undefined) continue;
        const velocity = momentum === 0 ? gradient : get(`momentum/${name}`, weight.read());
        const [value, moved] = momentumUpdate(weight.read(), gradient, velocity, {
          learningRate: this.learningRate,
          momentum,
          weightDecay: decays(name) ? weightDecay : 0,
          nesterov,
        });
        if (momentum === 0) moved.dispose();
        else set(`momentum/${name}`, moved);
        weight.write(value);
        value.dispose();
      }
    },
    ...state,
  };
}
