/**
 * The product H W of the Hessian of the mean loss and all weights, frozen ones included, by central differences. Costs two extra forward and backward
 * passes.
 */
import { differentiableWeights } from "@secateur/model-graph";
import { hessianVectorProduct } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import type { Observation } from "../observation.ts";

interface WeightProduct {
  /** This weight's part of H W, of the weight's shape. */
  readonly hessianProduct: tf.Tensor;
}

type Products = Readonly<Record<string, tf.Tensor>>;

/** Adds `hessianProduct` to a group's weights. */
export function hessianProducts(): Observation<object, WeightProduct, Products> {
  return {
    name: "hessian products",
    pass: async ({ graph, batch, mode, loss, microBatches = 1 }) => {
      const weights = [...differentiableWeights(graph.model)];
      const direction = Object.fromEntries(weights.map(([path, weight]) => [path, tf.clone(weight.read())]));
      try {
        return await hessianVectorProduct(graph.model, batch, direction, { mode, loss, microBatches });
      } finally {
        tf.dispose(direction);
      }
    },
    weight: (scope, slice, products) => ({
      get hessianProduct() {
        const product = products[slice.weight];
        if (product !== undefined) return product;
        throw scope.notApplicable(
          `"${slice.weight}" is a moving average, which the Hessian does not include`,
        );
      },
    }),
  };
}
