/** Reasons why a layer of a supported class cannot be refitted. */
import type * as tfl from "@tensorflow/tfjs-layers";

export function refusesChannelsFirst(layer: tfl.layers.Layer): string | null {
  return layer.getConfig()["dataFormat"] === "channelsFirst" ? "its channels are first" : null;
}
