/**
 * The VGGs with batch normalisation for ImageNet (Simonyan and Zisserman 2015, arXiv 1409.1556, table 1: A and D), identical
 * to torchvision's for 224 × 224. For other sizes the first dense layer has as many inputs as the last feature map, where
 * torchvision pools the map to 7 × 7. "dense-bn" normalises the hidden dense layers instead of dropout, as Molchanov et al.
 * 2019 (arXiv 1906.10771) do.
 * Layer names are torchvision's: `features.0`, `features.1`, …, `classifier.0`, `classifier.3`, `classifier.6`.
 */
import * as tfl from "@tensorflow/tfjs-layers";
import { checkNetworkOptions, type NetworkOptions } from "./network-options.ts";
import { apply, batchNormalization, relu, type SeededLayers, seededLayers } from "./seeded-layers.ts";
import { type VggDepth, vggFeatures } from "./vgg-features.ts";

const hiddenUnits = 4096;

export type VggHead = "dropout" | "dense-bn";

export function vgg(name: string, depth: VggDepth, head: VggHead, options: NetworkOptions): tfl.LayersModel {
  checkNetworkOptions(name, options, 32);
  const layers = seededLayers(options);
  const input = tfl.input({ shape: [...options.inputShape], name: "input" });
  let x = vggFeatures(input, layers, depth);
  x = apply(tfl.layers.flatten({ name: "flatten" }), x);
  x = heads[head](x, layers, 0);
  x = heads[head](x, layers, 3);
  const output = layers.dense(x, "classifier.6", options.classes, "softmax");
  return tfl.model({ name, inputs: input, outputs: output });
}

/** A hidden dense layer, [batch, inputs] to [batch, 4096]: entries `index` to `index + 2` of the classifier. */
type HiddenLayer = (x: tfl.SymbolicTensor, layers: SeededLayers, index: number) => tfl.SymbolicTensor;

const heads: Readonly<Record<VggHead, HiddenLayer>> = {
  dropout(x, { dense }, index) {
    const y = relu(dense(x, `classifier.${index}`, hiddenUnits, "linear"), `classifier.${index + 1}`);
    return apply(tfl.layers.dropout({ rate: 0.5, name: `classifier.${index + 2}` }), y);
  },
  "dense-bn"(x, { dense }, index) {
    const y = dense(x, `classifier.${index}`, hiddenUnits, "linear");
    return relu(batchNormalization(y, `classifier.${index + 1}`), `classifier.${index + 2}`);
  },
};
