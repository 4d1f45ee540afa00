/**
 * PyTorch flattens [channels, height, width], tfjs [height, width, channels]: behind a Flatten the same unit lies
 * elsewhere. This finds the layers whose input it is.
 */
import type * as tfl from "@tensorflow/tfjs-layers";

/** Classes that leave [batch, features] in the order in which it came. */
const orderKeeping: ReadonlySet<string> = new Set([
  "Activation",
  "BatchNormalization",
  "Dropout",
  "ELU",
  "GaussianDropout",
  "GaussianNoise",
  "LeakyReLU",
  "PReLU",
  "ReLU",
  "ThresholdedReLU",
]);

type MapShape = readonly [height: number, width: number, channels: number];

/** [height, width, channels] of the map that the layer's input is a flattened form of, or undefined. */
export function flattenedFrom(layer: tfl.layers.Layer): MapShape | undefined {
  let source = layerBefore(layer);
  while (source !== undefined && orderKeeping.has(source.getClassName())) source = layerBefore(source);
  if (source?.getClassName() !== "Flatten") return undefined;
  if (turnsChannelsFirst(layerBefore(source))) return undefined;
  const [, height, width, channels] = source.inboundNodes[0]?.inputTensors[0]?.shape ?? [];
  return isSize(height) && isSize(width) && isSize(channels) ? [height, width, channels] : undefined;
}

function layerBefore(layer: tfl.layers.Layer): tfl.layers.Layer | undefined {
  return layer.inboundNodes[0]?.inboundLayers[0];
}

/** A Permute that already gives PyTorch's order. */
function turnsChannelsFirst(layer: tfl.layers.Layer | undefined): boolean {
  return layer?.getClassName() === "Permute" && String(layer.getConfig()["dims"]) === "3,1,2";
}

function isSize(size: unknown): size is number {
  return typeof size === "number";
}
