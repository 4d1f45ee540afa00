/**
 * PyTorch flattens [channels, height, width], tfjs [height, width, channels]: after a Flatten the same feature has
 * another index. Finds the layers whose input is a flattened feature map.
 */
import type { GraphTensor, LayerCall } from "@secateur/model-graph";

/** Layer classes that keep the order of [batch, features]. */
const orderPreserving: ReadonlySet<string> = new Set([
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

/** Returns the feature map, [height, width, channels], whose flattened form is the layer's input, or undefined. */
export type FlattenedShape = (call: LayerCall) => MapShape | undefined;

export function flattenedShapes(calls: readonly LayerCall[]): FlattenedShape {
  const producers = new Map<GraphTensor, LayerCall>();
  for (const call of calls) for (const output of call.outputs) producers.set(output, call);

  const producerOf = ({ inputs: [input] }: LayerCall): LayerCall | undefined => input && producers.get(input);

  return (call) => {
    let source = producerOf(call);
    while (source !== undefined && orderPreserving.has(source.className)) source = producerOf(source);
    if (source?.className !== "Flatten" || isChannelsFirst(producerOf(source))) return undefined;
    const [, height, width, channels] = source.inputs[0]?.shape ?? [];
    return isSize(height) && isSize(width) && isSize(channels) ? [height, width, channels] : undefined;
  };
}

/** A Permute to PyTorch's order. */
function isChannelsFirst(call: LayerCall | undefined): boolean {
  return call?.className === "Permute" && String(call.layer.getConfig()["dims"]) === "3,1,2";
}

function isSize(size: unknown): size is number {
  return typeof size === "number";
}
