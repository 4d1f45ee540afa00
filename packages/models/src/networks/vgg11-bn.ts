/**
 * VGG11 with batch normalisation (Simonyan and Zisserman 2015, arXiv 1409.1556) for CIFAR-10: torchvision's convolutional
 * part (`features.0` is a convolution with bias, `features.1` its normalisation, …) and one dense layer, `classifier`,
 * instead of three.
 */
import * as tfl from "@tensorflow/tfjs-layers";
import { checkNetworkOptions, type NetworkOptions } from "./network-options.ts";
import { apply, batchNormalization, relu, seededLayers } from "./seeded-layers.ts";

const architecture = [64, "pool", 128, "pool", 256, 256, "pool", 512, 512, "pool", 512, 512, "pool"] as const;

export function vgg11Bn(name: string, options: NetworkOptions): tfl.LayersModel {
  checkNetworkOptions(name, options, 32);
  const { convolution, dense } = seededLayers(options.seed);
  const input = tfl.input({ shape: [...options.inputShape], name: "input" });
  let x = input;
  let index = 0;
  for (const entry of architecture) {
    if (entry === "pool") {
      x = apply(tfl.layers.maxPooling2d({ poolSize: 2, strides: 2, name: `features.${index}` }), x);
      index += 1;
    } else {
      x = convolution(x, `features.${index}`, { filters: entry, kernel: 3, padding: 1, bias: true });
      x = relu(batchNormalization(x, `features.${index + 1}`), `features.${index + 2}`);
      index += 3;
    }
  }
  x = apply(tfl.layers.flatten({ name: "flatten" }), x);
  const output = dense(x, "classifier", options.classes, "softmax");
  return tfl.model({ name, inputs: input, outputs: output });
}
