/** The table of networks: the small ones for CIFAR-10, and torchvision's for ImageNet. */
import type * as tfl from "@tensorflow/tfjs-layers";
import { ModelOptionsError } from "./errors.ts";
import { cifarResnet } from "./networks/cifar-resnet.ts";
import { densenet } from "./networks/densenet.ts";
import { densenetBc } from "./networks/densenet-bc.ts";
import { lenet3 } from "./networks/lenet3.ts";
import { mobilenetV2 } from "./networks/mobilenet-v2.ts";
import type { NetworkOptions } from "./networks/network-options.ts";
import { preactResnet18 } from "./networks/preact-resnet.ts";
import { type BlockKind, resnet } from "./networks/resnet.ts";
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
  "preact-resnet18",
  "densenet-cifar",
  "vgg11-bn",
  "resnet34",
  "resnet50",
  "resnet101",
  "mobilenet-v2",
  "densenet121",
  "densenet201",
] as const;
export type ModelName = (typeof modelNames)[number];

export interface ModelInfo {
  /** One line for a person. */
  readonly description: string;
  /** Trainable parameters with the default options. */
  readonly parameterCount: number;
  /** Default number of outputs. */
  readonly classes: number;
  /** Default input. */
  readonly inputShape: NetworkOptions["inputShape"];
}

interface Network extends ModelInfo {
  readonly build: (name: string, options: NetworkOptions) => tfl.LayersModel;
}

const cifar10 = { classes: 10, inputShape: [32, 32, 3] } as const;
const imagenet = { classes: 1000, inputShape: [224, 224, 3] } as const;

const cifarResnetOf = (blocks: number, shortcut: "A" | "B", parameterCount: number): Network => ({
  ...cifar10,
  description: `CIFAR ResNet, ${6 * blocks + 2} layers deep, ${
    shortcut === "A" ? "zero-padded shortcuts (A)" : "1×1 convolution shortcuts (B)"
  }`,
  parameterCount,
  build: (name, options) => cifarResnet(name, blocks, shortcut, options),
});

type FourCounts = readonly [number, number, number, number];

const imagenetResnet = (kind: BlockKind, blocks: FourCounts, parameterCount: number): Network => ({
  ...imagenet,
  description: `ImageNet ResNet of torchvision, ${blocks.join(" + ")} ${kind === "basic" ? "basic blocks" : "bottlenecks"}`,
  parameterCount,
  build: (name, options) => resnet(name, kind, blocks, options),
});

const imagenetDensenet = (blockLayers: FourCounts, parameterCount: number): Network => ({
  ...imagenet,
  description: `ImageNet DenseNet-BC of torchvision, ${blockLayers.join(" + ")} layers, growth 32`,
  parameterCount,
  build: (name, options) => densenetBc(name, blockLayers, options),
});

const networks: Readonly<Record<ModelName, Network>> = {
  lenet3: {
    ...cifar10,
    description: "LeNet3, two convolutions and three dense layers",
    parameterCount: 121_182,
    build: lenet3,
  },
  resnet20: cifarResnetOf(3, "A", 269_722),
  resnet32: cifarResnetOf(5, "A", 464_154),
  resnet44: cifarResnetOf(7, "A", 658_586),
  resnet56: cifarResnetOf(9, "A", 853_018),
  "resnet20-b": cifarResnetOf(3, "B", 272_474),
  "resnet32-b": cifarResnetOf(5, "B", 466_906),
  "resnet44-b": cifarResnetOf(7, "B", 661_338),
  "resnet56-b": cifarResnetOf(9, "B", 855_770),
  "preact-resnet18": {
    ...cifar10,
    description: "Pre-activation ResNet, 18 layers deep, last batch normalisation included",
    parameterCount: 11_172_170,
    build: preactResnet18,
  },
  "densenet-cifar": {
    ...cifar10,
    description: "DenseNet, 22 layers deep, growth 12",
    parameterCount: 270_706,
    build: densenet,
  },
  "vgg11-bn": {
    ...cifar10,
    description: "VGG11 with batch normalisation and one dense layer",
    parameterCount: 9_231_114,
    build: vgg11Bn,
  },
  resnet34: imagenetResnet("basic", [3, 4, 6, 3], 21_797_672),
  resnet50: imagenetResnet("bottleneck", [3, 4, 6, 3], 25_557_032),
  resnet101: imagenetResnet("bottleneck", [3, 4, 23, 3], 44_549_160),
  "mobilenet-v2": {
    ...imagenet,
    description: "ImageNet MobileNetV2 of torchvision, 17 inverted residuals",
    parameterCount: 3_504_872,
    build: mobilenetV2,
  },
  densenet121: imagenetDensenet([6, 12, 24, 16], 7_978_856),
  densenet201: imagenetDensenet([6, 12, 48, 32], 20_013_928),
};

/** The names that `createModel` knows. */
export function listModels(): readonly ModelName[] {
  return modelNames;
}

export function isModelName(name: string): name is ModelName {
  return (modelNames as readonly string[]).includes(name);
}

export function modelInfo(name: ModelName): ModelInfo {
  const { description, parameterCount, classes, inputShape } = networkOf(name);
  return { description, parameterCount, classes, inputShape };
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
  const { build, classes, inputShape } = networkOf(name);
  return build(name, { classes, inputShape, seed: 0, ...options });
}

function networkOf(name: ModelName): Network {
  if (!isModelName(name))
    throw new ModelOptionsError(`There is no network "${String(name)}". Known: ${modelNames.join(", ")}.`);
  return networks[name];
}
