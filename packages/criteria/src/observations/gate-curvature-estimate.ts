/**
 * Hutchinson's estimate of the gates' second derivatives, v ⊙ H v with a random sign v per gate (Bekas et al. 2007). Costs two
 * extra forward and backward passes. A perturbation ε v of the gates is one of the weights that consume them by ε v ⊙ W.
 */
import { createRandom, seedFromText } from "@secateur/base";
import { consumesUnits, type DependencyGraph } from "@secateur/dependency-graph";
import { modelGraph } from "@secateur/model-graph";
import { hessianVectorProduct } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import type { Observation } from "../observation.ts";

interface CurvatureEstimate {
  /** v ⊙ H v with a random sign v per gate, `[units]`. Its expected value is ∂²L/∂z². */
  readonly gateCurvatureEstimate: tf.Tensor1D;
}

interface Estimate {
  readonly signs: Signs;
  readonly products: Readonly<Record<string, tf.Tensor>>;
}

/** By group id, one sign per unit. */
type Signs = ReadonlyMap<string, Float32Array>;

/** Adds `gateCurvatureEstimate` to a group. */
export function gateCurvatureEstimate(): Observation<CurvatureEstimate, object, Estimate> {
  return {
    name: "gate curvature estimate",
    pass: async ({ graph, batch, mode, loss, microBatches = 1, seed = 0, minibatch }) => {
      const signs = randomSigns(graph, `hutchinson/${seed}/${minibatch}`);
      const direction = gateDirection(graph, signs);
      try {
        const options = { mode, loss, microBatches };
        return { signs, products: await hessianVectorProduct(graph.model, batch, direction, options) };
      } finally {
        tf.dispose(direction);
      }
    },
    group: (scope, { signs, products }) => ({
      get gateCurvatureEstimate() {
        const total = scope.sumAtConsumers("curvature", ({ weight }) => products[weight] as tf.Tensor);
        return tf.mul<tf.Tensor1D>(tf.tensor1d(signs.get(scope.group.id) ?? []), total);
      },
    }),
  };
}

/** ±1 with equal probability (Rademacher). */
function randomSigns({ groups }: DependencyGraph, seed: string): Signs {
  return new Map(
    groups.map(({ id, unitCount }) => {
      const random = createRandom(seedFromText(`${seed}/${id}`));
      return [id, Float32Array.from({ length: unitCount }, () => (random.uniform() < 0.5 ? -1 : 1))];
    }),
  );
}

/** By weight path: `v ⊙ W` on the slices that consume units, 0 elsewhere. */
function gateDirection(
  { model, groups }: DependencyGraph,
  signs: Signs,
): Readonly<Record<string, tf.Tensor>> {
  const { weights } = modelGraph(model);
  const factors = new Map<string, { readonly axis: number; readonly values: Float32Array }>();
  for (const { id, slices } of groups) {
    for (const { weight, axis, indices, indicesPerUnit } of slices.filter(({ role }) =>
      consumesUnits(role),
    )) {
      const size = weights.get(weight)?.shape[axis] ?? 0;
      const { values } = factors.get(weight) ?? { values: new Float32Array(size) };
      factors.set(weight, { axis, values });
      const ofGroup = signs.get(id);
      indices.forEach((index, i) => {
        values[index] = Number(ofGroup?.[Math.floor(i / indicesPerUnit)]);
      });
    }
  }
  return Object.fromEntries(
    [...factors].map(([path, { axis, values }]) => [
      path,
      tf.tidy(() => scaleAxis(weights.get(path)?.read() as tf.Tensor, axis, values)),
    ]),
  );
}

function scaleAxis(weight: tf.Tensor, axis: number, factors: Float32Array): tf.Tensor {
  const shape = weight.shape.map((size, i) => (i === axis ? size : 1));
  return tf.mul(weight, tf.tensor(factors, shape));
}
