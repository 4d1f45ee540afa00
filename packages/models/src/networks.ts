/** The table of networks: small ones for CIFAR-10, and torchvision's for ImageNet. */
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
import { type VggHead, vgg } from "./networks/vgg.ts";
import type { VggDepth } from "./networks/vgg-features.ts";
import { vgg11Bn } from "./networks/vgg11-bn.ts";

export interface ModelInfo {
  /** One line for users. */
  readonly description: string;
  /** Number of trainable parameters with the default options. */
  readonly parameterCount: number;
  /** Default number of outputs. */
  readonly classes: number;
  /** Default input shape. */
  readonly inputShape: NetworkOptions["inputShape"];
}

interface Network extends ModelInfo {
  readonly build: (name: string, options: NetworkOptions) => tfl.LayersModel;
}

function cifar10(description: string, parameterCount: number, build: Network["build"]): Network {
  return { description, parameterCount, classes: 10, inputShape: [32, 32, 3], build };
}

function imagenet(description: string, parameterCount: number, build: Network["build"]): Network {
  return { description, parameterCount, classes: 1000, inputShape: [224, 224, 3], build };
}

function cifarResnetOf(blocks: number, shortcut: "A" | "B", parameterCount: number): Network {
  const shortcuts = shortcut === "A" ? "zero-padded shortcuts (A)" : "1×1 convolution shortcuts (B)";
  return cifar10(
    `CIFAR ResNet, ${6 * blocks + 2} layers deep, ${shortcuts}`,
    parameterCount,
    (name, options) => cifarResnet(name, blocks, shortcut, options),
  );
}

type FourCounts = readonly [number, number, number, number];

function imagenetResnet(kind: BlockKind, blocks: FourCounts, parameterCount: number): Network {
  const kinds = kind === "basic" ? "basic blocks" : "bottlenecks";
  return imagenet(
    `ImageNet ResNet of torchvision, ${blocks.join(" + ")} ${kinds}`,
    parameterCount,
    (name, options) => resnet(name, kind, blocks, options),
  );
}

function imagenetVgg(depth: VggDepth, head: VggHead, parameterCount: number): Network {
  const heads =
    head === "dropout" ? "of torchvision" : "of Molchanov et al. 2019, hidden dense layers normalised too";
  return imagenet(`ImageNet VGG${depth} with batch normalisation ${heads}`, parameterCount, (name, options) =>
    vgg(name, depth, head, options),
  );
}

function imagenetDensenet(blockLayers: FourCounts, parameterCount: number): Network {
  return imagenet(
    `ImageNet DenseNet-BC of torchvision, ${blockLayers.join(" + ")} layers, growth 32`,
    parameterCount,
    (name, options) => densenetBc(name, blockLayers, options),
  );
}

// The type of every entry is written out for `isolatedDeclarations`; the names are the keys.
const networks = {
  lenet3: cifar10("LeNet3, two convolutions and three dense layers", 121_182, lenet3) as Network,
  resnet20: cifarResnetOf(3, "A", 269_722) as Network,
  resnet32: cifarResnetOf(5, "A", 464_154) as Network,
  resnet44: cifarResnetOf(7, "A", 658_586) as Network,
  resnet56: cifarResnetOf(9, "A", 853_018) as Network,
  "resnet20-b": cifarResnetOf(3, "B", 272_474) as Network,
  "resnet32-b": cifarResnetOf(5, "B", 466_906) as Network,
  "resnet44-b": cifarResnetOf(7, "B", 661_338) as Network,
  "resnet56-b": cifarResnetOf(9, "B", 855_770) as Network,
  "preact-resnet18": cifar10(
    "Pre-activation ResNet, 18 layers deep, last batch normalisation included",
    11_172_170,
    preactResnet18,
  ) as Network,
  "densenet-cifar": cifar10("DenseNet, 22 layers deep, growth 12", 270_706, densenet) as Network,
  "vgg11-bn": cifar10("VGG11 with batch normalisation and one dense layer", 9_231_114, vgg11Bn) as Network,
  "vgg11-bn-imagenet": imagenetVgg(11, "dropout", 132_868_840) as Network,
  "vgg11-bn-dense-bn": imagenetVgg(11, "dense-bn", 132_885_224) as Network,
  "vgg16-bn": imagenetVgg(16, "dropout", 138_365_992) as Network,
  resnet18: imagenetResnet("basic", [2, 2, 2, 2], 11_689_512) as Network,
  resnet34: imagenetResnet("basic", [3, 4, 6, 3], 21_797_672) as Network,
  resnet50: imagenetResnet("bottleneck", [3, 4, 6, 3], 25_557_032) as Network,
  resnet101: imagenetResnet("bottleneck", [3, 4, 23, 3], 44_549_160) as Network,
  resnet152: imagenetResnet("bottleneck", [3, 8, 36, 3], 60_192_808) as Network,
  "mobilenet-v2": imagenet(
    "ImageNet MobileNetV2 of torchvision, 17 inverted residuals",
    3_504_872,
    mobilenetV2,
  ) as Network,
  densenet121: imagenetDensenet([6, 12, 24, 16], 7_978_856) as Network,
  densenet201: imagenetDensenet([6, 12, 48, 32], 20_013_928) as Network,
};

export type ModelName = keyof typeof networks;

/** The names of the table, in its order. */
export const modelNames: readonly ModelName[] = Object.keys(networks) as ModelName[];

export function isModelName(name: string): name is ModelName {
  return Object.hasOwn(networks, name);
}

/**
 * Description, parameter count and default options of a network.
 *
 * @throws ModelOptionsError for an unknown name.
 */
export function modelInfo(name: ModelName): ModelInfo {
  const { description, parameterCount, classes, inputShape } = networkOf(name);
  return { description, parameterCount, classes, inputShape };
}

/**
 * Builds an ordinary `tf.LayersModel` of stock layers that ends in a dense layer with softmax: [batch, height, width,
 * channels] to [batch, classes]. The same name, options and seed give the same weights on every engine.
 *
 * @throws ModelOptionsError for an unknown name or invalid options.
 *
 * @example const model = createModel("resnet20", { classes: 100, seed: 7 });
 */
export function createModel(name: ModelName, options: Partial<NetworkOptions> = {}): tfl.LayersModel {
  const { build, classes, inputShape } = networkOf(name);
  return build(name, { classes, inputShape, seed: 0, kernels: "random", ...options });
}

function networkOf(name: ModelName): Network {
  if (!isModelName(name))
    throw new ModelOptionsError(
      `unknown network "${String(name)}"; expected one of ${modelNames.join(", ")}`,
    );
  return networks[name];
}
