/**
 * The convolutions of VGG with batch normalisation (Simonyan and Zisserman 2015, arXiv 1409.1556, table 1), as torchvision
 * numbers them: `features.0` is a convolution with bias, `features.1` its normalisation, `features.2` a ReLU, ….
 */
import * as tfl from "@tensorflow/tfjs-layers";
import { apply, batchNormalization, relu, type SeededLayers } from "./seeded-layers.ts";

/** Filters of 3×3 convolutions; "pool" is 2×2 max pooling. */
const architectures = {
  11: [64, "pool", 128, "pool", 256, 256, "pool", 512, 512, "pool", 512, 512, "pool"],
  16: [64, 64, "pool", 128, 128, "pool", 256, 256, 256, "pool", 512, 512, 512, "pool", 512, 512, 512, "pool"],
} as const;

export type VggDepth = keyof typeof architectures;

/** [batch, height, width, 3] to [batch, ⌊height / 32⌋, ⌊width / 32⌋, 512]. */
export function vggFeatures(
  input: tfl.SymbolicTensor,
  { convolution }: SeededLayers,
  depth: VggDepth,
): tfl.SymbolicTensor {
  let x = input;
  let index = 0;
  for (const entry of architectures[depth]) {
    if (entry === "pool") {
      x = apply(tfl.layers.maxPooling2d({ poolSize: 2, strides: 2, name: `features.${index}` }), x);
      index += 1;
    } else {
      x = convolution(x, `features.${index}`, { filters: entry, kernel: 3, padding: 1, bias: true });
      x = relu(batchNormalization(x, `features.${index + 1}`), `features.${index + 2}`);
      index += 3;
    }
  }
  return x;
}
