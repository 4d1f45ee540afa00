/** A short text that two models share exactly when a plan for one is a plan for the other. */
import { hash64 } from "@secateur/base";
import type * as tfl from "@tensorflow/tfjs-layers";
import { layerUses, weightName } from "./layer-node.ts";

/** Layers, their connections and weight shapes, hashed to 16 hexadecimal digits. */
export function fingerprint(model: tfl.LayersModel): string {
  const lines = layerUses(model).map(({ layer, inputs }) => {
    const weights = layer.weights.map((weight) => `${weightName(weight)}[${weight.shape.join(",")}]`);
    return `${layer.getClassName()} ${layer.name} <- ${inputs.map((input) => input.sourceLayer.name).join(",")} ${weights.join(" ")}`;
  });
  return hash64(lines.join("\n"));
}
