/** A fingerprint of a model's structure. A plan fits a model if and only if their fingerprints are equal. */
import { hash64 } from "@secateur/base";
import { modelGraph, weightName } from "@secateur/model-graph";
import type * as tfl from "@tensorflow/tfjs-layers";

/** A hash of layers, connections and weight shapes, 16 hexadecimal digits. It does not depend on weight values. */
export function fingerprint(model: tfl.LayersModel): string {
  const { calls, producers } = modelGraph(model);
  const lines = calls.map(({ path, className, layer, inputs }) => {
    const weights = layer.weights.map((weight) => `${path}/${weightName(weight)}[${weight.shape.join(",")}]`);
    const sources = inputs.map((input) => producers.get(input)?.path).join(",");
    return `${className} ${path} <- ${sources} ${weights.join(" ")}`;
  });
  return hash64(lines.join("\n"));
}
