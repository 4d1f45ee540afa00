/** One network beside torchvision's: logits and gradients, and the logits of the pruned network that PyTorch loads. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { buildDependencyGraph } from "@secateur/dependency-graph";
import { disposeModel, modelGraph } from "@secateur/model-graph";
import {
  createModel,
  loadWeights,
  type ModelName,
  readPyTorch,
  readSafetensors,
  saveWeights,
  type WeightTensor,
} from "@secateur/models";
import { applyPlan, createPlan } from "@secateur/surgery";
import { forward, lossAndGradients } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { largestDifference, largestRelativeDistance } from "./differences.ts";
import { runPython } from "./run-python.ts";

export interface CheckOptions {
  readonly size: number;
  readonly batch: number;
  readonly seed: number;
  readonly gradients: boolean;
}

/** Relative to the largest logit; of gradients, the norm of the difference relative to the tensor's norm. */
export interface Differences {
  readonly logits: number;
  readonly gradients: number | null;
  /** Of PyTorch's own gradients in float32. */
  readonly torchGradients: number | null;
  readonly smallerLogits: number;
}

type Tensors = ReadonlyMap<string, WeightTensor>;

export async function checkNetwork(name: ModelName, options: CheckOptions): Promise<Differences> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "pytorch-check-"));
  try {
    const { size, batch, seed, gradients } = options;
    await runPython("reference.py", folder, name, size, batch, seed, Number(gradients));
    const reference = readTensors(folder, "reference.pth");
    const model = createModel(name, { inputShape: [size, size, 3], kernels: "zeros" });
    loadWeights(model, fs.readFileSync(path.join(folder, "weights.pth")));
    const images = tf.tensor(tensorOf(reference, "images").data, [batch, size, size, 3]);
    const logits = largestDifference(tensorOf(reference, "logits").data, logitsOf(model, images));
    const smallerLogits = await checkSmaller(folder, name, model, images);
    const single = part(reference, "single.");
    const double = part(reference, "gradient.");
    const result = {
      logits,
      smallerLogits,
      gradients: gradients ? largestRelativeDistance(double, gradientsOf(model, images)) : null,
      torchGradients: gradients ? largestRelativeDistance(double, single) : null,
    };
    images.dispose();
    disposeModel(model);
    return result;
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

/** Removes every third unit. */
async function checkSmaller(
  folder: string,
  name: ModelName,
  model: tfl.LayersModel,
  images: tf.Tensor,
): Promise<number> {
  const graph = buildDependencyGraph(model);
  const thirds = graph.groups.map(({ id, unitCount }) => {
    const units = Array.from({ length: unitCount }, (_, unit) => unit);
    return [id, units.filter((unit) => unit % 3 === 1)] as const;
  });
  const smaller = applyPlan(model, createPlan(graph, thirds), { graph });
  fs.writeFileSync(path.join(folder, "smaller.safetensors"), saveWeights(smaller, { naming: "pytorch" }));
  await runPython("smaller.py", folder, name, images.shape[1] ?? 0);
  const expected = readTensors(folder, "smaller.pth");
  const difference = largestDifference(tensorOf(expected, "logits").data, logitsOf(smaller, images));
  disposeModel(smaller);
  return difference;
}

function logitsOf(model: tfl.LayersModel, images: tf.Tensor): Float32Array {
  return tf.tidy(() => {
    const [logits] = forward(model, images);
    if (logits === undefined) throw new Error("the model has no output");
    return logits.dataSync<"float32">().slice();
  });
}

/** In training mode without dropout, in PyTorch's names and layout: those of the model that has the gradients as weights. */
function gradientsOf(model: tfl.LayersModel, xs: tf.Tensor): Tensors {
  const ys = tf.range(0, xs.shape[0] ?? 0, 1, "int32");
  const { loss, gradients, ...others } = lossAndGradients(model, { xs, ys }, { dropout: false });
  const { weights } = modelGraph(model);
  for (const [weight, gradient] of Object.entries(gradients)) weights.get(weight)?.write(gradient);
  tf.dispose([ys, loss, gradients, others]);
  return readSafetensors(saveWeights(model, { naming: "pytorch" })).tensors;
}

function readTensors(folder: string, file: string): Tensors {
  return readPyTorch(fs.readFileSync(path.join(folder, file)));
}

function tensorOf(tensors: Tensors, name: string): WeightTensor {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new Error(`PyTorch wrote no "${name}"`);
  return tensor;
}

/** The tensors whose names begin with `prefix`, without it. */
function part(tensors: Tensors, prefix: string): Tensors {
  const named = [...tensors].filter(([name]) => name.startsWith(prefix));
  return new Map(named.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}
