/** A whole model that serves as a layer. */
import type * as tfl from "@tensorflow/tfjs-layers";

export function isModel(layer: tfl.layers.Layer): layer is tfl.LayersModel {
  return "inputLayers" in layer && "outputLayers" in layer;
}
