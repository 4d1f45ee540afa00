/** A short text that two models share exactly when a plan for one is a plan for the other. */
import type * as tfl from "@tensorflow/tfjs-layers";
import { layerUses, weightName } from "./layer-node.ts";

/** Layers, their connections and weight shapes, hashed to 16 hexadecimal digits. */
export function fingerprint(model: tfl.LayersModel): string {
  const lines = layerUses(model).map(({ layer, inputs }) => {
    const weights = layer.weights.map((weight) => `${weightName(weight)}[${weight.shape.join(",")}]`);
    return `${layer.getClassName()} ${layer.name} <- ${inputs.map((input) => input.sourceLayer.name).join(",")} ${weights.join(" ")}`;
  });
  return hash(lines.join("\n"));
}

/** FNV-1a, 64 bits (Fowler, Noll, Vo). Tells accidents apart, does not resist an attacker. */
function hash(text: string): string {
  let value = 0xcbf29ce484222325n;
  for (let i = 0; i < text.length; i++) {
    value = BigInt.asUintN(64, (value ^ BigInt(text.charCodeAt(i))) * 0x100000001b3n);
  }
  return value.toString(16).padStart(16, "0");
}
