/**
 * VGG11 with batch normalisation (Simonyan and Zisserman 2015, arXiv 1409.1556) for CIFAR-10: torchvision's convolutional
 * part and one dense layer, `classifier`, instead of three.
 */
import * as tfl from "@tensorflow/tfjs-layers";
import { checkNetworkOptions, type NetworkOptions } from "./network-options.ts";
import { apply, seededLayers } from "./seeded-layers.ts";
import { vggFeatures } from "./vgg-features.ts";

export function vgg11Bn(name: string, options: NetworkOptions): tfl.LayersModel {
  checkNetworkOptions(name, options, 32);
  const layers = seededLayers(options);
  const input = tfl.input({ shape: [...options.inputShape], name: "input" });
  const features = vggFeatures(input, layers, 11);
  const flat = apply(tfl.layers.flatten({ name: "flatten" }), features);
  const output = layers.dense(flat, "classifier", options.classes, "softmax");
  return tfl.model({ name, inputs: input, outputs: output });
}
