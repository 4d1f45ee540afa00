/** Weights and images by the formulas of tooling/pytorch-check/formula.py, for comparisons with PyTorch. */
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";

const suffix: Readonly<Record<string, string>> = {
  kernel: "weight",
  depthwise_kernel: "weight",
  gamma: "weight",
  bias: "bias",
  beta: "bias",
  moving_mean: "running_mean",
  moving_variance: "running_var",
};

const roleOf = (weight: tfl.LayerVariable): string => weight.originalName.split("/").at(-1) ?? "";

/** For each of PyTorch's axes, tfjs's. */
function pyTorchAxes(rank: number, role: string): readonly number[] {
  if (rank === 4) return role === "depthwise_kernel" ? [2, 3, 0, 1] : [3, 2, 0, 1];
  return rank === 2 ? [1, 0] : [0];
}

/** Sets every weight. Layers are named as in PyTorch. */
export function setFormulaWeights(model: tfl.LayersModel): void {
  for (const layer of model.layers) {
    const values = layer.weights.map((weight) => formulaWeight(layer.name, weight));
    layer.setWeights(values);
    tf.dispose(values);
  }
}

function formulaWeight(layer: string, weight: tfl.LayerVariable): tf.Tensor {
  const role = roleOf(weight);
  const key = `${layer}.${suffix[role]}`;
  const axes = pyTorchAxes(weight.shape.length, role);
  const shape = axes.map((axis) => Number(weight.shape[axis]));
  const fanIn = shape.slice(1).reduce((a, b) => a * b, 1);
  const value = (s: number): number => {
    if (shape.length > 1) return (2 * s) / Math.sqrt(fanIn);
    if (role === "gamma") return 1 + s / 10;
    return role === "moving_variance" ? 1 : s / 10;
  };
  const size = shape.reduce((a, b) => a * b, 1);
  const data = Float32Array.from({ length: size }, (_, i) => value(Math.sin((i + key.length) ** 2)));
  const back = axes.map((_, axis) => axes.indexOf(axis));
  return tf.tidy(() => tf.transpose(tf.tensor(data, shape), back));
}

/** `[4, 8, 8, 3]` */
export function formulaImages(phase: number): tf.Tensor4D {
  const images = Float32Array.from({ length: 4 * 8 * 8 * 3 }, (_, i) => Math.sin(i + phase));
  return tf.tensor4d(images, [4, 8, 8, 3]);
}

/** The values of a tensor shaped like the weight at `path`, in PyTorch's order. */
export async function inPyTorchOrder(path: string, tensor: tf.Tensor): Promise<Float32Array> {
  const axes = pyTorchAxes(tensor.rank, path.slice(path.lastIndexOf("/") + 1));
  const ordered = tf.tidy(() => tf.transpose(tensor, [...axes]));
  const values = Float32Array.from(await ordered.data());
  ordered.dispose();
  return values;
}

/** PyTorch's name of the weight at `path`. */
export function pyTorchName(path: string): string {
  const at = path.lastIndexOf("/");
  return `${path.slice(0, at)}.${suffix[path.slice(at + 1)]}`;
}
