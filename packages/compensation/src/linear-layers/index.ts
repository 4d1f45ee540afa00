/** The layer classes that can be refitted. */
import { batchNormalization } from "./batch-normalization.ts";
import { convolution } from "./convolution.ts";
import { dense } from "./dense.ts";
import { depthwiseConvolution } from "./depthwise-convolution.ts";
import type { LinearLayer } from "./linear-layer.ts";
import { separableConvolution } from "./separable-convolution.ts";
import { transposedConvolution } from "./transposed-convolution.ts";

/** By class name. */
export const linearLayers: Readonly<Record<string, LinearLayer>> = {
  BatchNormalization: batchNormalization,
  Conv1D: convolution(1),
  Conv2D: convolution(2),
  Conv2DTranspose: transposedConvolution(2),
  Conv3D: convolution(3),
  Conv3DTranspose: transposedConvolution(3),
  Dense: dense,
  DepthwiseConv2D: depthwiseConvolution,
  SeparableConv2D: separableConvolution,
};
