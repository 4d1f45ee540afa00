/** How the bytes of an image become the input of published networks, by the name of the convention. */
import { imagenetStatistics, type Normalization } from "./statistics.ts";

export type PreprocessingName = "mobilenet" | "unit" | "torch" | "keras" | "raw";

export const preprocessingNames: readonly PreprocessingName[] = [
  "mobilenet",
  "unit",
  "torch",
  "keras",
  "raw",
];

/** Three equal means and deviations also fit greyscale images. */
export const preprocessings: Readonly<Record<PreprocessingName, Normalization>> = {
  mobilenet: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
  unit: { mean: [0, 0, 0], std: [1, 1, 1] },
  torch: imagenetStatistics,
  keras: {
    mean: [103.939 / 255, 116.779 / 255, 123.68 / 255],
    std: [1 / 255, 1 / 255, 1 / 255],
    order: "BGR",
  },
  raw: { mean: [0, 0, 0], std: [1 / 255, 1 / 255, 1 / 255] },
};

/** For users. */
export const preprocessingMeanings: Readonly<Record<PreprocessingName, string>> = {
  mobilenet: "pixels from -1 to 1",
  unit: "pixels from 0 to 1",
  torch: "ImageNet's mean and standard deviation, as in PyTorch",
  keras: "BGR minus ImageNet's mean, as for Keras' ResNet50 and VGG",
  raw: "pixels from 0 to 255",
};
