/**
 * The ResNets for ImageNet of He et al. 2016 (arXiv 1512.03385, table 1), identical to torchvision's: a 7×7 convolution
 * and pooling, then four stages. The first block of a stage halves the size and doubles the channels; its shortcut is a
 * 1×1 convolution with batch normalisation. A bottleneck has its stride on the 3×3 convolution ("v1.5").
 * Layer names are torchvision's: `layer2.0.conv1`, `layer2.0.downsample.0`, …, `fc`.
 */
import * as tfl from "@tensorflow/tfjs-layers";
import { imagenetStem } from "./imagenet-stem.ts";
import { checkNetworkOptions, type NetworkOptions } from "./network-options.ts";
import { apply, batchNormalization, relu, type SeededLayers, seededLayers } from "./seeded-layers.ts";

const stageWidths = [64, 128, 256, 512] as const;

/** Output channels per channel of the inner convolutions. */
const expansion = { basic: 1, bottleneck: 4 } as const;

export type BlockKind = keyof typeof expansion;

interface Block {
  readonly name: string;
  readonly width: number;
  readonly outputs: number;
  readonly stride: number;
  /** True if the shortcut is a convolution. */
  readonly projected: boolean;
}

/** @param blocks - Number of blocks per stage. */
export function resnet(
  name: string,
  kind: BlockKind,
  blocks: readonly [number, number, number, number],
  options: NetworkOptions,
): tfl.LayersModel {
  checkNetworkOptions(name, options, 1);
  const layers = seededLayers(options);
  const input = tfl.input({ shape: [...options.inputShape], name: "input" });
  let x = imagenetStem(input, layers, {
    convolution: "conv1",
    normalization: "bn1",
    relu: "relu",
    pool: "maxpool",
  });
  for (const block of listBlocks(kind, blocks)) x = residualBlock(x, layers, kind, block);
  x = apply(tfl.layers.globalAveragePooling2d({ name: "avgpool" }), x);
  const output = layers.dense(x, "fc", options.classes, "softmax");
  return tfl.model({ name, inputs: input, outputs: output });
}

function listBlocks(kind: BlockKind, blocks: readonly number[]): readonly Block[] {
  return stageWidths.flatMap((width, stage) =>
    Array.from({ length: blocks[stage] ?? 0 }, (_, i) => {
      const stride = stage > 0 && i === 0 ? 2 : 1;
      return {
        name: `layer${stage + 1}.${i}`,
        width,
        outputs: width * expansion[kind],
        stride,
        projected: stride > 1 || (i === 0 && expansion[kind] > 1),
      };
    }),
  );
}

/** [batch, height, width, inputs] to [batch, ⌈height / stride⌉, ⌈width / stride⌉, outputs]. */
function residualBlock(
  input: tfl.SymbolicTensor,
  layers: SeededLayers,
  kind: BlockKind,
  block: Block,
): tfl.SymbolicTensor {
  const inner = bodies[kind](input, layers, block);
  const sum = apply(tfl.layers.add({ name: `${block.name}.add` }), [inner, shortcutOf(input, layers, block)]);
  return relu(sum, `${block.name}.relu`);
}

/** The residual branch of a block. */
type Body = (input: tfl.SymbolicTensor, layers: SeededLayers, block: Block) => tfl.SymbolicTensor;

const bodies: Readonly<Record<BlockKind, Body>> = {
  basic(input, { convolution }, { name, width, stride }) {
    let x = convolution(input, `${name}.conv1`, { filters: width, kernel: 3, padding: 1, stride });
    x = relu(batchNormalization(x, `${name}.bn1`), `${name}.relu1`);
    x = convolution(x, `${name}.conv2`, { filters: width, kernel: 3, padding: 1 });
    return batchNormalization(x, `${name}.bn2`);
  },
  bottleneck(input, { convolution }, { name, width, outputs, stride }) {
    let x = convolution(input, `${name}.conv1`, { filters: width, kernel: 1 });
    x = relu(batchNormalization(x, `${name}.bn1`), `${name}.relu1`);
    x = convolution(x, `${name}.conv2`, { filters: width, kernel: 3, padding: 1, stride });
    x = relu(batchNormalization(x, `${name}.bn2`), `${name}.relu2`);
    x = convolution(x, `${name}.conv3`, { filters: outputs, kernel: 1 });
    return batchNormalization(x, `${name}.bn3`);
  },
};

function shortcutOf(
  input: tfl.SymbolicTensor,
  { convolution }: SeededLayers,
  { name, outputs, stride, projected }: Block,
): tfl.SymbolicTensor {
  if (!projected) return input;
  const x = convolution(input, `${name}.downsample.0`, { filters: outputs, kernel: 1, stride });
  return batchNormalization(x, `${name}.downsample.1`);
}
