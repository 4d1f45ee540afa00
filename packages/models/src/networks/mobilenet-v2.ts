/**
 * MobileNetV2 (Sandler et al. 2018, arXiv 1801.04381, table 2), identical to torchvision's. An inverted residual block
 * expands the channels by a 1×1 convolution, applies a depthwise convolution and projects back without activation. The
 * dropout before the last layer does not depend on the seed.
 * Layer names are torchvision's: `features.2.conv.0.0`, `features.2.conv.1.1`, …, `classifier.1`.
 */
import * as tfl from "@tensorflow/tfjs-layers";
import { checkNetworkOptions, type NetworkOptions } from "./network-options.ts";
import { apply, batchNormalization, relu6, type SeededLayers, seededLayers } from "./seeded-layers.ts";

/** Groups of `count` blocks with an expansion factor and output channels; the first block has `stride`. */
const blockGroups = [
  { expansion: 1, outputs: 16, count: 1, stride: 1 },
  { expansion: 6, outputs: 24, count: 2, stride: 2 },
  { expansion: 6, outputs: 32, count: 3, stride: 2 },
  { expansion: 6, outputs: 64, count: 4, stride: 2 },
  { expansion: 6, outputs: 96, count: 3, stride: 1 },
  { expansion: 6, outputs: 160, count: 3, stride: 2 },
  { expansion: 6, outputs: 320, count: 1, stride: 1 },
] as const;

interface Block {
  readonly expansion: number;
  readonly outputs: number;
  readonly stride: number;
}

const blocks: readonly Block[] = blockGroups.flatMap(({ expansion, outputs, count, stride }) =>
  Array.from({ length: count }, (_, i) => ({ expansion, outputs, stride: i === 0 ? stride : 1 })),
);

export function mobilenetV2(name: string, options: NetworkOptions): tfl.LayersModel {
  checkNetworkOptions(name, options, 1);
  const layers = seededLayers(options);
  const input = tfl.input({ shape: [...options.inputShape], name: "input" });
  const stem = layers.convolution(input, "features.0.0", { filters: 32, kernel: 3, padding: 1, stride: 2 });
  let x = normalizeAndClip(stem, "features.0");
  for (const [i, block] of blocks.entries()) x = invertedResidual(x, `features.${i + 1}`, layers, block);
  const last = `features.${blocks.length + 1}`;
  x = normalizeAndClip(layers.convolution(x, `${last}.0`, { filters: 1280, kernel: 1 }), last);
  x = apply(tfl.layers.globalAveragePooling2d({ name: "avgpool" }), x);
  x = apply(tfl.layers.dropout({ rate: 0.2, name: "classifier.0" }), x);
  const output = layers.dense(x, "classifier.1", options.classes, "softmax");
  return tfl.model({ name, inputs: input, outputs: output });
}

/** [batch, height, width, inputs] to [batch, ⌈height / stride⌉, ⌈width / stride⌉, outputs]. */
function invertedResidual(
  input: tfl.SymbolicTensor,
  name: string,
  layers: SeededLayers,
  { expansion, outputs, stride }: Block,
): tfl.SymbolicTensor {
  const inputs = input.shape.at(-1) ?? 0;
  let x = input;
  let index = 0;
  if (expansion > 1) {
    const options = { filters: expansion * inputs, kernel: 1 };
    x = normalizeAndClip(layers.convolution(x, `${name}.conv.0.0`, options), `${name}.conv.0`);
    index = 1;
  }
  const filter = `${name}.conv.${index}`;
  x = normalizeAndClip(
    layers.depthwiseConvolution(x, `${filter}.0`, { kernel: 3, padding: 1, stride }),
    filter,
  );
  x = layers.convolution(x, `${name}.conv.${index + 1}`, { filters: outputs, kernel: 1 });
  x = batchNormalization(x, `${name}.conv.${index + 2}`);
  if (stride !== 1 || inputs !== outputs) return x;
  return apply(tfl.layers.add({ name: `${name}.add` }), [input, x]);
}

/** Batch normalisation and ReLU6, entries 1 and 2 of torchvision's Conv2dNormActivation. */
function normalizeAndClip(x: tfl.SymbolicTensor, name: string): tfl.SymbolicTensor {
  return relu6(batchNormalization(x, `${name}.1`), `${name}.2`);
}
