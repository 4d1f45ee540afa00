/** Directions in weight space for Hessian-vector products: all weights, and a random sign for each gate. */

import { seedFromText } from "@secateur/base";
import type { DependencyGraph } from "@secateur/dependency-graph";
import { namedWeights, trainableWeights } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { CriterionNotApplicableError } from "../errors.ts";
import type { Gradients, Signs } from "./observed.ts";

/** W itself: copies of all weights that train. */
export function allWeights(model: tfl.LayersModel): Gradients {
  return Object.fromEntries(
    [...trainableWeights(model)].map(([name, weight]) => [name, tf.clone(weight.read())]),
  );
}

/** One of ±1 for each unit, decided by the seed (Rademacher). */
export function randomSigns({ groups }: DependencyGraph, seed: string): Signs {
  return new Map(
    groups.map(({ id, unitCount }) => {
      const uniform = tf.tidy(() =>
        tf.randomUniform([unitCount], -1, 1, "float32", seedFromText(`${seed}/${id}`)).dataSync<"float32">(),
      );
      return [id, uniform.map((value) => (value < 0 ? -1 : 1))];
    }),
  );
}

/** Moving along it multiplies each unit's gate by 1 + ε · sign: `v ⊙ W` on the slices that consume units, else 0. */
export function gateDirection({ model, groups }: DependencyGraph, signs: Signs): Gradients {
  const masks = new Map<string, { readonly axis: number; readonly signs: Float32Array }>();
  const weights = namedWeights(model);
  const trained = trainableWeights(model);
  for (const { id, slices } of groups) {
    const ofGroup = signs.get(id);
    for (const { weight, axis, indices, indicesPerUnit } of slices.filter(({ role }) => role === "input")) {
      if (!trained.has(weight))
        throw new CriterionNotApplicableError(
          "obd-hutchinson",
          id,
          `"${weight}" is not trainable, it has no gradient`,
        );
      const size = weights.get(weight)?.shape[axis] ?? 0;
      const mask = masks.get(weight) ?? { axis, signs: new Float32Array(size) };
      masks.set(weight, mask);
      for (const [i, index] of indices.entries())
        mask.signs[index] = Number(ofGroup?.[Math.floor(i / indicesPerUnit)]);
    }
  }
  return Object.fromEntries(
    [...masks].map(([name, mask]) => [name, tf.tidy(() => scaled(weights.get(name)?.read(), mask))]),
  );
}

function scaled(
  weight: tf.Tensor | undefined,
  { axis, signs }: { readonly axis: number; readonly signs: Float32Array },
): tf.Tensor {
  if (weight === undefined) throw new RangeError("a weight of the graph is not in the model");
  const shape = weight.shape.map((size, i) => (i === axis ? size : 1));
  return tf.mul(weight, tf.tensor(signs, shape));
}
