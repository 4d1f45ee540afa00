/**
 * The first layers of ResNet and DenseNet for ImageNet (He et al. 2015, arXiv 1512.03385, table 1): a 7×7 convolution
 * and 3×3 max pooling, both with stride 2.
 */
import * as tfl from "@tensorflow/tfjs-layers";
import { apply, batchNormalization, relu, type SeededLayers } from "./seeded-layers.ts";

interface StemNames {
  readonly convolution: string;
  readonly normalization: string;
  readonly relu: string;
  readonly pool: string;
}

/** [batch, height, width, 3] to [batch, ⌈height / 4⌉, ⌈width / 4⌉, 64]. */
export function imagenetStem(
  input: tfl.SymbolicTensor,
  layers: SeededLayers,
  names: StemNames,
): tfl.SymbolicTensor {
  const options = { filters: 64, kernel: 7, padding: 3, stride: 2 };
  let x = layers.convolution(input, names.convolution, options);
  x = relu(batchNormalization(x, names.normalization), names.relu);
  // PyTorch pads with -∞; after a ReLU, zeros give the same maximum.
  x = apply(tfl.layers.zeroPadding2d({ padding: 1, name: `${names.pool}.pad` }), x);
  return apply(tfl.layers.maxPooling2d({ poolSize: 3, strides: 2, name: names.pool }), x);
}
