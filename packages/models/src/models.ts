/** The table of networks. Counts are of trainable parameters at 10 classes and 32×32×3 input. */
import type * as tfl from "@tensorflow/tfjs-layers";
import { ModelOptionsError } from "./errors.ts";
import { cifarResnet } from "./networks/cifar-resnet.ts";
import { densenet } from "./networks/densenet.ts";
import { lenet3 } from "./networks/lenet3.ts";
import type { NetworkOptions } from "./networks/network-options.ts";
import { vgg11Bn } from "./networks/vgg11-bn.ts";

export const modelNames = [
  "lenet3",
  "resnet20",
  "resnet32",
  "resnet44",
  "resnet56",
  "resnet20-b",
  "resnet32-b",
  "resnet44-b",
  "resnet56-b",
  "densenet-cifar",
  "vgg11-bn",
] as const;
export type ModelName = (typeof modelNames)[number];

export interface ModelInfo {
  /** One line for a person. */
  readonly description: string;
  /** Trainable parameters with the default options. */
  readonly parameterCount: number;
}

interface Network extends ModelInfo {
  readonly build: (name: string, options: NetworkOptions) => tfl.LayersModel;
}

const resnet = (blocks: number, shortcut: "A" | "B", parameterCount: number): Network => ({
  description: `CIFAR ResNet, ${6 * blocks + 2} layers deep, ${
    shortcut === "A" ? "zero-padded shortcuts (A)" : "1×1 convolution shortcuts (B)"
  }`,
  parameterCount,
  build: (name, options) => cifarResnet(name, blocks, shortcut, options),
});

const networks: Readonly<Record<ModelName, Network>> = {
  lenet3: {
    description: "LeNet3, two convolutions and three dense layers",
    parameterCount: 121_182,
    build: lenet3,
  },
  resnet20: resnet(3, "A", 269_722),
  resnet32: resnet(5, "A", 464_154),
  resnet44: resnet(7, "A", 658_586),
  resnet56: resnet(9, "A", 853_018),
  "resnet20-b": resnet(3, "B", 272_474),
  "resnet32-b": resnet(5, "B", 466_906),
  "resnet44-b": resnet(7, "B", 661_338),
  "resnet56-b": resnet(9, "B", 855_770),
  "densenet-cifar": {
    description: "DenseNet, 22 layers deep, growth 12",
    parameterCount: 270_706,
    build: densenet,
  },
  "vgg11-bn": {
    description: "VGG11 with batch normalisation and one dense layer",
    parameterCount: 9_231_114,
    build: vgg11Bn,
  },
};

/** The names that `createModel` knows. */
export function listModels(): readonly ModelName[] {
  return modelNames;
}

export function isModelName(name: string): name is ModelName {
  return (modelNames as readonly string[]).includes(name);
}

export function modelInfo(name: ModelName): ModelInfo {
  const { description, parameterCount } = networkOf(name);
  return { description, parameterCount };
}

/**
 * A new, ordinary `tf.LayersModel` of stock layers that ends in a dense layer with softmax: [batch, height, width,
 * channels] to [batch, classes]. The same name, options and seed give the same weights on every engine.
 *
 * Throws `ModelOptionsError`.
 *
 * @example const model = createModel("resnet20", { classes: 100, seed: 7 });
 */
export function createModel(name: ModelName, options: Partial<NetworkOptions> = {}): tfl.LayersModel {
  return networkOf(name).build(name, { classes: 10, inputShape: [32, 32, 3], seed: 0, ...options });
}

function networkOf(name: ModelName): Network {
  if (!isModelName(name))
    throw new ModelOptionsError(`There is no network "${String(name)}". Known: ${modelNames.join(", ")}.`);
  return networks[name];
}
