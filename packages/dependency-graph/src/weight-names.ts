/** Weights are told apart by name everywhere, so a model may not have one twice. */
import type * as tfl from "@tensorflow/tfjs-layers";
import { DependencyGraphError } from "./errors.ts";
import { weightName } from "./layer-node.ts";

/** A nested model may repeat a name of the outer one. Throws `DependencyGraphError`. */
export function checkWeightNames(model: tfl.LayersModel): void {
  const seen = new Set<string>();
  for (const weight of model.weights) {
    const name = weightName(weight);
    if (seen.has(name)) {
      throw new DependencyGraphError(
        `two layers own a weight named "${name}": give the layers different names`,
      );
    }
    seen.add(name);
  }
}
