/** A short text that two models share exactly when a plan for one fits the other. */
import { hash64 } from "@secateur/base";
import { modelGraph, weightName } from "@secateur/model-graph";
import type * as tfl from "@tensorflow/tfjs-layers";

/** Layers, their connections and weight shapes, hashed to 16 hexadecimal digits. Weight values do not count. */
export function fingerprint(model: tfl.LayersModel): string {
  const { calls, producers } = modelGraph(model);
  const lines = calls.map(({ path, className, layer, inputs }) => {
    const weights = layer.weights.map((weight) => `${path}/${weightName(weight)}[${weight.shape.join(",")}]`);
    const sources = inputs.map((input) => producers.get(input)?.path).join(",");
    return `${className} ${path} <- ${sources} ${weights.join(" ")}`;
  });
  return hash64(lines.join("\n"));
}
