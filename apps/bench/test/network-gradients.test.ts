/**
 * Gradients of ImageNet networks in training mode against PyTorch's autograd in double precision
 * (`tooling/pytorch-check/make-network-gradients.py`), of every parameter the norm and the product with hashes, to 1e-3 or twice
 * the distance of PyTorch's own in float32.
 */
import fs from "node:fs";
import { hashed, hashedTensors } from "@repo/testing/hashed-tensors";
import { disposeModel, modelGraph } from "@secateur/model-graph";
import {
  createModel,
  loadWeights,
  type ModelName,
  readSafetensors,
  saveWeights,
  writeSafetensors,
} from "@secateur/models";
import { lossAndGradients } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { expect, it } from "vitest";

interface Golden {
  /** Height and width of the images. */
  readonly size: number;
  readonly loss: number;
  /** The largest relative distance of PyTorch's own gradients in float32. */
  readonly single: number;
  /** By PyTorch's name: the norm, and the product with hashes. */
  readonly gradients: Readonly<Record<string, readonly [norm: number, product: number]>>;
}

const file = new URL("golden/network-gradients.json", import.meta.url);
const golden = JSON.parse(fs.readFileSync(file, "utf8")) as Readonly<Partial<Record<ModelName, Golden>>>;
const batch = 3;

const inPyTorchOrder = (model: tfl.LayersModel): ReturnType<typeof readSafetensors>["tensors"] =>
  readSafetensors(saveWeights(model, { naming: "pytorch" })).tensors;

/** As `fill_steadily` of make-network-gradients.py: every ReLU passes or blocks a channel as a whole. */
function setSteadyWeights(model: tfl.LayersModel): void {
  const shapes = [...inPyTorchOrder(model)].map(([name, { shape }]) => ({ name, shape }));
  const tensors = hashedTensors(shapes);
  for (const [name, { data }] of tensors) {
    const scale = tensors.get(name.replace(/bias$/, "weight"));
    if (scale?.shape.length !== 1 || !/weight$|bias$/.test(name)) continue; // not of a batch normalisation
    const threshold = /(\.bn[23]|downsample\.1)\.bias$/.test(name) ? -1 : -0.09;
    const isScale = name.endsWith("weight");
    data.set(data.map((value) => (isScale ? 0.2 * value : value < threshold ? -1.5 : 1.5)));
  }
  loadWeights(model, writeSafetensors(tensors));
}

function digestOf(gradient: Float32Array): readonly [norm: number, product: number] {
  let [squares, product] = [0, 0];
  for (let i = 0; i < gradient.length; i++) {
    const value = gradient[i] ?? Number.NaN;
    squares += value * value;
    product += value * hashed(i);
  }
  return [Math.sqrt(squares), product];
}

it.each(Object.entries(golden) as [ModelName, Golden][])(
  "%s",
  (name, { size, loss, single, gradients }) => {
    const model = createModel(name, { inputShape: [size, size, 3], kernels: "zeros" });
    setSteadyWeights(model);
    const shape: [number, number, number, number] = [batch, size, size, 3];
    const images = Float32Array.from({ length: batch * size * size * 3 }, (_, i) => Math.sin(i));
    const examples = { xs: tf.tensor4d(images, shape), ys: tf.range(0, batch, 1, "int32") };
    const step = lossAndGradients(model, examples, { dropout: false });
    expect(step.loss.dataSync()[0]).toBeAllClose(loss, { rtol: 1e-4 });
    // The gradients become the weights of the model, which are then read in PyTorch's order.
    const { weights } = modelGraph(model);
    for (const [path, gradient] of Object.entries(step.gradients)) weights.get(path)?.write(gradient);
    const found = inPyTorchOrder(model);
    const largest = Math.max(...Object.values(gradients).map(([norm]) => norm));
    for (const [parameter, [norm, product]] of Object.entries(gradients)) {
      const [foundNorm, foundProduct] = digestOf(found.get(parameter)?.data ?? new Float32Array());
      const tolerance = Math.max(1e-3, 2 * single) * Math.max(norm, 1e-3 * largest);
      expect(Math.abs(foundNorm - norm), parameter).toBeLessThanOrEqual(tolerance);
      expect(Math.abs(foundProduct - product), parameter).toBeLessThanOrEqual(tolerance);
    }
    tf.dispose([examples, step]);
    disposeModel(model);
  },
  240_000,
);
