/**
 * The ResNets for CIFAR-10 of He et al. 2016 (arXiv 1512.03385, §4.2): three stages of n blocks, depth 6n + 2. The
 * first block of stages 2 and 3 halves the size and doubles the channels; its shortcut "A" takes every second pixel and
 * pads zero channels, half on each side, shortcut "B" is a 1×1 convolution with batch normalisation.
 * Layer names follow the common PyTorch implementations: `layer2.0.conv1`, `layer2.0.bn1`, …, `linear`.
 */
import * as tfl from "@tensorflow/tfjs-layers";
import { checkNetworkOptions, type NetworkOptions } from "./network-options.ts";
import { apply, batchNormalization, relu, type SeededLayers, seededLayers } from "./seeded-layers.ts";

const stageChannels = [16, 32, 64] as const;

interface Block {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly stride: number;
  readonly shortcut: "A" | "B";
}

/** @param blocks - Number of blocks per stage. */
export function cifarResnet(
  name: string,
  blocks: number,
  shortcut: "A" | "B",
  options: NetworkOptions,
): tfl.LayersModel {
  checkNetworkOptions(name, options, 1);
  const layers = seededLayers(options);
  const input = tfl.input({ shape: [...options.inputShape], name: "input" });
  let x = layers.convolution(input, "conv1", { filters: stageChannels[0], kernel: 3, padding: 1 });
  x = relu(batchNormalization(x, "bn1"), "relu1");
  for (const block of listBlocks(blocks, shortcut)) x = residualBlock(x, layers, block);
  x = apply(tfl.layers.globalAveragePooling2d({ name: "avgpool" }), x);
  const output = layers.dense(x, "linear", options.classes, "softmax");
  return tfl.model({ name, inputs: input, outputs: output });
}

function listBlocks(blocks: number, shortcut: "A" | "B"): readonly Block[] {
  return stageChannels.flatMap((outputs, stage) =>
    Array.from({ length: blocks }, (_, i) => {
      const isFirst = stage > 0 && i === 0;
      const inputs = isFirst ? outputs / 2 : outputs;
      return { name: `layer${stage + 1}.${i}`, inputs, outputs, stride: isFirst ? 2 : 1, shortcut };
    }),
  );
}

/** [batch, height, width, inputs] to [batch, ⌈height / stride⌉, ⌈width / stride⌉, outputs]. */
function residualBlock(input: tfl.SymbolicTensor, layers: SeededLayers, block: Block): tfl.SymbolicTensor {
  const { name, outputs, stride } = block;
  const { convolution } = layers;
  let x = convolution(input, `${name}.conv1`, { filters: outputs, kernel: 3, padding: 1, stride });
  x = relu(batchNormalization(x, `${name}.bn1`), `${name}.relu1`);
  x = convolution(x, `${name}.conv2`, { filters: outputs, kernel: 3, padding: 1 });
  x = batchNormalization(x, `${name}.bn2`);
  const sum = apply(tfl.layers.add({ name: `${name}.add` }), [x, shortcutOf(input, layers, block)]);
  return relu(sum, `${name}.relu2`);
}

function shortcutOf(
  input: tfl.SymbolicTensor,
  layers: SeededLayers,
  { name, inputs, outputs, stride, shortcut }: Block,
): tfl.SymbolicTensor {
  if (stride === 1) return input;
  if (shortcut === "A") return paddedShortcut(input, `${name}.shortcut`, outputs - inputs);
  const projected = layers.convolution(input, `${name}.shortcut.0`, { filters: outputs, kernel: 1, stride });
  return batchNormalization(projected, `${name}.shortcut.1`);
}

/** No stock layer pads channels: a transposition makes them the height, which is padded, and back. */
function paddedShortcut(input: tfl.SymbolicTensor, name: string, extra: number): tfl.SymbolicTensor {
  const side = extra / 2;
  let x = apply(tfl.layers.maxPooling2d({ poolSize: 1, strides: 2, name: `${name}.slice` }), input);
  x = apply(tfl.layers.permute({ dims: [3, 1, 2], name: `${name}.turn` }), x); // [channels, height, width]
  const padding: [[number, number], [number, number]] = [
    [side, side],
    [0, 0],
  ];
  x = apply(tfl.layers.zeroPadding2d({ padding, name: `${name}.pad` }), x);
  return apply(tfl.layers.permute({ dims: [2, 3, 1], name: `${name}.back` }), x); // [height, width, channels]
}
