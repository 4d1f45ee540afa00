/**
 * The DenseNets for ImageNet of Huang et al. 2017 (arXiv 1608.06993, table 1), equivalent to torchvision's: growth 32, four
 * blocks of layers (1×1 convolution to 128 channels, 3×3 convolution) with all earlier outputs as input; between blocks a
 * 1×1 convolution to half of the channels and average pooling. Every layer concatenates its input and output, which
 * equals torchvision's concatenation of all earlier outputs.
 * Layer names are torchvision's: `features.denseblock1.denselayer1.conv1`, …, `classifier`.
 */
import * as tfl from "@tensorflow/tfjs-layers";
import { imagenetStem } from "./imagenet-stem.ts";
import { checkNetworkOptions, type NetworkOptions } from "./network-options.ts";
import { apply, batchNormalization, relu, type SeededLayers, seededLayers } from "./seeded-layers.ts";

const growth = 32;
const bottleneckChannels = 4 * growth;
const stemChannels = 64;
/** For smaller inputs the output of the last transition is empty. */
const minimumSize = 29;

/** @param blockLayers - Number of layers per block. */
export function densenetBc(
  name: string,
  blockLayers: readonly [number, number, number, number],
  options: NetworkOptions,
): tfl.LayersModel {
  checkNetworkOptions(name, options, minimumSize);
  const layers = seededLayers(options);
  const input = tfl.input({ shape: [...options.inputShape], name: "input" });
  let x = imagenetStem(input, layers, {
    convolution: "features.conv0",
    normalization: "features.norm0",
    relu: "features.relu0",
    pool: "features.pool0",
  });
  let channels = stemChannels;
  for (const [i, count] of blockLayers.entries()) {
    x = denseBlock(x, `features.denseblock${i + 1}`, count, layers);
    channels += count * growth;
    if (i === blockLayers.length - 1) break;
    channels /= 2;
    x = transition(x, `features.transition${i + 1}`, channels, layers);
  }
  x = relu(batchNormalization(x, "features.norm5"), "features.relu5");
  x = apply(tfl.layers.globalAveragePooling2d({ name: "avgpool" }), x);
  const output = layers.dense(x, "classifier", options.classes, "softmax");
  return tfl.model({ name, inputs: input, outputs: output });
}

/** [batch, height, width, channels] to [batch, height, width, channels + count · growth]. */
function denseBlock(
  input: tfl.SymbolicTensor,
  name: string,
  count: number,
  { convolution }: SeededLayers,
): tfl.SymbolicTensor {
  let features = input;
  for (let i = 1; i <= count; i++) {
    const layer = `${name}.denselayer${i}`;
    let x = relu(batchNormalization(features, `${layer}.norm1`), `${layer}.relu1`);
    x = convolution(x, `${layer}.conv1`, { filters: bottleneckChannels, kernel: 1 });
    x = relu(batchNormalization(x, `${layer}.norm2`), `${layer}.relu2`);
    x = convolution(x, `${layer}.conv2`, { filters: growth, kernel: 3, padding: 1 });
    features = apply(tfl.layers.concatenate({ name: `${layer}.concat` }), [features, x]);
  }
  return features;
}

/** [batch, height, width, inputs] to [batch, ⌊height / 2⌋, ⌊width / 2⌋, outputs]. */
function transition(
  input: tfl.SymbolicTensor,
  name: string,
  outputs: number,
  { convolution }: SeededLayers,
): tfl.SymbolicTensor {
  const active = relu(batchNormalization(input, `${name}.norm`), `${name}.relu`);
  const mixed = convolution(active, `${name}.conv`, { filters: outputs, kernel: 1 });
  return apply(tfl.layers.averagePooling2d({ poolSize: 2, strides: 2, name: `${name}.pool` }), mixed);
}
