/**
 * The pre-activation ResNet of He et al. 2016 (arXiv 1603.05027) with ResNet-18's widths and blocks, for 32 × 32 images.
 * A block is BN, ReLU, convolution, BN, ReLU, convolution, addition; where the shape changes, the shortcut is a 1×1
 * convolution of the first ReLU's output. The final batch normalisation (`bn`) is included, as in the paper.
 * Layer names follow the common PyTorch implementations: `layer2.0.bn1`, `layer2.0.shortcut.0`, …, `bn`, `linear`.
 */
import * as tfl from "@tensorflow/tfjs-layers";
import { checkNetworkOptions, type NetworkOptions } from "./network-options.ts";
import { apply, batchNormalization, relu, type SeededLayers, seededLayers } from "./seeded-layers.ts";

const stageWidths = [64, 128, 256, 512] as const;
const blocksPerStage = 2;

interface Block {
  readonly name: string;
  readonly width: number;
  readonly stride: number;
}

export function preactResnet18(name: string, options: NetworkOptions): tfl.LayersModel {
  checkNetworkOptions(name, options, 1);
  const layers = seededLayers(options);
  const input = tfl.input({ shape: [...options.inputShape], name: "input" });
  let x = layers.convolution(input, "conv1", { filters: stageWidths[0], kernel: 3, padding: 1 });
  for (const block of listBlocks()) x = residualBlock(x, layers, block);
  x = relu(batchNormalization(x, "bn"), "relu");
  x = apply(tfl.layers.globalAveragePooling2d({ name: "avgpool" }), x);
  const output = layers.dense(x, "linear", options.classes, "softmax");
  return tfl.model({ name, inputs: input, outputs: output });
}

function listBlocks(): readonly Block[] {
  return stageWidths.flatMap((width, stage) =>
    Array.from({ length: blocksPerStage }, (_, i) => {
      return { name: `layer${stage + 1}.${i}`, width, stride: stage > 0 && i === 0 ? 2 : 1 };
    }),
  );
}

/** [batch, height, width, inputs] to [batch, ⌈height / stride⌉, ⌈width / stride⌉, width of the stage]. */
function residualBlock(
  input: tfl.SymbolicTensor,
  { convolution }: SeededLayers,
  { name, width, stride }: Block,
): tfl.SymbolicTensor {
  const activated = relu(batchNormalization(input, `${name}.bn1`), `${name}.relu1`);
  let x = convolution(activated, `${name}.conv1`, { filters: width, kernel: 3, padding: 1, stride });
  x = relu(batchNormalization(x, `${name}.bn2`), `${name}.relu2`);
  x = convolution(x, `${name}.conv2`, { filters: width, kernel: 3, padding: 1 });
  const shortcut =
    stride === 1
      ? input
      : convolution(activated, `${name}.shortcut.0`, { filters: width, kernel: 1, stride });
  return apply(tfl.layers.add({ name: `${name}.add` }), [x, shortcut]);
}
