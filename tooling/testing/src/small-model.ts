/** A network that is trained, pruned and saved in no time. */
import * as tfl from "@tensorflow/tfjs-layers";

/** Classifies images of 12 × 12 pixels. */
export function smallModel(classes: number): tfl.LayersModel {
  const init = (seed: number) => ({ kernelInitializer: tfl.initializers.heNormal({ seed }) });
  return tfl.sequential({
    name: "tiny",
    layers: [
      tfl.layers.conv2d({ name: "conv1", filters: 12, kernelSize: 3, inputShape: [12, 12, 3], ...init(1) }),
      tfl.layers.batchNormalization({ name: "bn1" }),
      tfl.layers.reLU({ name: "relu1" }),
      tfl.layers.conv2d({ name: "conv2", filters: 16, kernelSize: 3, activation: "relu", ...init(2) }),
      tfl.layers.globalAveragePooling2d({ name: "pool" }),
      tfl.layers.dense({ name: "classes", units: classes, activation: "softmax", ...init(3) }),
    ],
  });
}
