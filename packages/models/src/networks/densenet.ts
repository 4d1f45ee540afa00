/**
 * A small DenseNet for CIFAR-10 (Huang et al. 2017, arXiv 1608.06993): depth 22, growth 12, three blocks of six layers
 * BN-ReLU-conv3×3, each with all earlier outputs as input; between blocks a 1×1 convolution and average pooling. No
 * bottleneck, no compression. Layer names are torchvision's: `features.denseblock1.denselayer1.conv1`, ….
 */
import * as tfl from "@tensorflow/tfjs-layers";
import { checkNetworkOptions, type NetworkOptions } from "./network-options.ts";
import { apply, batchNormalization, relu, type SeededLayers, seededLayers } from "./seeded-layers.ts";

const growth = 12;
const blocks = 3;
const layersPerBlock = 6;
const firstChannels = 16;

export function densenet(name: string, options: NetworkOptions): tfl.LayersModel {
  checkNetworkOptions(name, options, 4);
  const layers = seededLayers(options);
  const input = tfl.input({ shape: [...options.inputShape], name: "input" });
  let channels = firstChannels;
  let x = layers.convolution(input, "features.conv0", { filters: channels, kernel: 3, padding: 1 });
  for (let block = 1; block <= blocks; block++) {
    x = denseBlock(x, `features.denseblock${block}`, layers);
    channels += layersPerBlock * growth;
    if (block < blocks) x = transition(x, `features.transition${block}`, channels, layers);
  }
  x = relu(batchNormalization(x, "features.norm5"), "features.relu5");
  x = apply(tfl.layers.globalAveragePooling2d({ name: "avgpool" }), x);
  const output = layers.dense(x, "classifier", options.classes, "softmax");
  return tfl.model({ name, inputs: input, outputs: output });
}

/** [batch, height, width, channels] to [batch, height, width, channels + 6 · growth]. */
function denseBlock(input: tfl.SymbolicTensor, name: string, layers: SeededLayers): tfl.SymbolicTensor {
  let x = input;
  for (let i = 1; i <= layersPerBlock; i++) {
    const layer = `${name}.denselayer${i}`;
    const active = relu(batchNormalization(x, `${layer}.norm1`), `${layer}.relu1`);
    const grown = layers.convolution(active, `${layer}.conv1`, { filters: growth, kernel: 3, padding: 1 });
    x = apply(tfl.layers.concatenate({ name: `${layer}.concat` }), [x, grown]);
  }
  return x;
}

/** [batch, height, width, channels] to [batch, ⌊height / 2⌋, ⌊width / 2⌋, channels]. */
function transition(
  input: tfl.SymbolicTensor,
  name: string,
  channels: number,
  layers: SeededLayers,
): tfl.SymbolicTensor {
  const active = relu(batchNormalization(input, `${name}.norm`), `${name}.relu`);
  const mixed = layers.convolution(active, `${name}.conv`, { filters: channels, kernel: 1 });
  return apply(tfl.layers.averagePooling2d({ poolSize: 2, strides: 2, name: `${name}.pool` }), mixed);
}
