/** Distinguishes nested models from other layers. */
import type * as tfl from "@tensorflow/tfjs-layers";

/** True for a `LayersModel` or `Sequential` that is used as a layer. */
export function isModel(layer: unknown): layer is tfl.LayersModel {
  if (typeof layer !== "object" || layer === null) return false;
  return "inputLayers" in layer && "outputLayers" in layer && "layers" in layer;
}
