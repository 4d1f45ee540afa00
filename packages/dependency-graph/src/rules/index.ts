/** The supported layer classes and their rules, by tfjs class name. The channels of other classes are pinned. */
import type { LayerRule } from "../layer-rule.ts";
import { activation, softmax } from "./activation.ts";
import { batchNormalization } from "./batch-normalization.ts";
import { concatenate } from "./concatenate.ts";
import { conv2d } from "./conv2d.ts";
import { dense } from "./dense.ts";
import { depthwiseConv2d } from "./depthwise-conv2d.ts";
import { elementwiseMerge } from "./elementwise-merge.ts";
import { flatten } from "./flatten.ts";
import { inputLayer } from "./input-layer.ts";
import { pass } from "./pass.ts";
import { permute } from "./permute.ts";
import { pooling2d } from "./pooling2d.ts";
import { reshape } from "./reshape.ts";
import { zeroPadding2d } from "./zero-padding2d.ts";

export const supportedLayers = [
  "InputLayer",
  "Conv2D",
  "DepthwiseConv2D",
  "Dense",
  "BatchNormalization",
  "Activation",
  "ReLU",
  "LeakyReLU",
  "ELU",
  "ThresholdedReLU",
  "Softmax",
  "Add",
  "Average",
  "Maximum",
  "Minimum",
  "Multiply",
  "Concatenate",
  "MaxPooling2D",
  "AveragePooling2D",
  "GlobalAveragePooling2D",
  "GlobalMaxPooling2D",
  "Flatten",
  "Reshape",
  "Permute",
  "ZeroPadding2D",
  "Dropout",
  "GaussianNoise",
  "GaussianDropout",
] as const;
export type SupportedLayer = (typeof supportedLayers)[number];

export const layerRules: Readonly<Record<SupportedLayer, LayerRule>> = {
  InputLayer: inputLayer,
  Conv2D: conv2d,
  DepthwiseConv2D: depthwiseConv2d,
  Dense: dense,
  BatchNormalization: batchNormalization,
  Activation: activation,
  ReLU: pass,
  LeakyReLU: pass,
  ELU: pass,
  ThresholdedReLU: pass,
  Softmax: softmax,
  Add: elementwiseMerge,
  Average: elementwiseMerge,
  Maximum: elementwiseMerge,
  Minimum: elementwiseMerge,
  Multiply: elementwiseMerge,
  Concatenate: concatenate,
  MaxPooling2D: pooling2d,
  AveragePooling2D: pooling2d,
  GlobalAveragePooling2D: pooling2d,
  GlobalMaxPooling2D: pooling2d,
  Flatten: flatten,
  Reshape: reshape,
  Permute: permute,
  ZeroPadding2D: zeroPadding2d,
  Dropout: pass,
  GaussianNoise: pass,
  GaussianDropout: pass,
};
