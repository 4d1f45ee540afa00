/** Weights and images by the formulas of tooling/pytorch-check/formula.py, for comparisons with PyTorch. */
import { loadWeights, writeSafetensors } from "@secateur/models";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";

const suffix: Readonly<Record<string, string>> = {
  kernel: "weight",
  gamma: "weight",
  bias: "bias",
  beta: "bias",
  moving_mean: "running_mean",
  moving_variance: "running_var",
};

/** Sets every weight, by way of a file with PyTorch's names and layout. */
export function setFormulaWeights(model: tfl.LayersModel): void {
  const tensors = model.layers.flatMap((layer) =>
    layer.weights.map((weight) => {
      const role = weight.originalName.split("/").at(-1) ?? "";
      const key = `${layer.name}.${suffix[role]}`;
      const size = weight.shape.map(Number);
      const shape = size.length === 4 ? [3, 2, 0, 1].map((axis) => size[axis] ?? 0) : size.toReversed();
      const fanIn = shape.slice(1).reduce((a, b) => a * b, 1);
      const value = (s: number): number => {
        if (shape.length > 1) return (2 * s) / Math.sqrt(fanIn);
        if (role === "gamma") return 1 + s / 10;
        return role === "moving_variance" ? 1 : s / 10;
      };
      const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) =>
        value(Math.sin((i + key.length) ** 2)),
      );
      return [key, { shape, data }] as const;
    }),
  );
  loadWeights(model, writeSafetensors(new Map(tensors)));
}

/** `[4, 8, 8, 3]` */
export function formulaImages(phase: number): tf.Tensor4D {
  const images = Float32Array.from({ length: 4 * 8 * 8 * 3 }, (_, i) => Math.sin(i + phase));
  return tf.tensor4d(images, [4, 8, 8, 3]);
}

/** The values of a tensor shaped like the weight at `path`, in PyTorch's order. */
export function inPyTorchOrder(tensor: tf.Tensor): Float32Array {
  const order = tensor.rank === 4 ? [3, 2, 0, 1] : undefined;
  return tf.tidy(() => tf.transpose(tensor, order).dataSync<"float32">().slice());
}

/** PyTorch's name of the weight at `path`. */
export function pyTorchName(path: string): string {
  const at = path.lastIndexOf("/");
  return `${path.slice(0, at)}.${suffix[path.slice(at + 1)]}`;
}
