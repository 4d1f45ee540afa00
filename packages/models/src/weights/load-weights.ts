/** Loads a weights file into a model: either every weight is set, or none. */
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { WeightsError } from "../errors.ts";
import { looksLikePyTorch, openPyTorch, withoutParallelPrefix } from "../formats/pytorch.ts";
import { looksLikeSafetensors, openSafetensors } from "../formats/safetensors.ts";
import type { StoredTensor } from "../formats/weight-tensor.ts";
import { checkTensors } from "./check-tensors.ts";
import { renameOldDensenetKeys } from "./densenet-renames.ts";
import { expectedWeights, shapeOf, type WeightNaming } from "./expected-weights.ts";

export const weightFormats = ["safetensors", "pytorch"] as const;
export type WeightFormat = (typeof weightFormats)[number];

export interface LoadOptions {
  /** Default "auto": detect from the first bytes. */
  readonly format?: "auto" | WeightFormat;
  /** Names of tensors that the file may lack; those weights keep their values. Default none. */
  readonly optional?: ((name: string) => boolean) | undefined;
}

export interface LoadReport {
  readonly format: WeightFormat;
  /** The convention of names and layouts in the file. */
  readonly naming: WeightNaming;
  /** Paths of the model's weights that were set: all but the kept ones. */
  readonly loaded: readonly string[];
  /** Paths of the optional weights that the file lacks. */
  readonly kept: readonly string[];
  /** Names in the file that have no counterpart: PyTorch's `num_batches_tracked`. */
  readonly ignored: readonly string[];
}

interface WeightsFile {
  readonly format: WeightFormat;
  readonly naming: WeightNaming;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

/**
 * Loads safetensors (of `saveWeights`, or with PyTorch's names) and PyTorch checkpoints, zip or legacy. A PyTorch key is
 * the layer's path with dots and `weight`, `bias`, `running_mean` or `running_var`. Kernels are transposed; the inputs
 * of a dense layer after a Flatten are reordered. Names and shapes are compared before data are decoded, so memory is
 * that of the model's weights, of the file, and what `readPyTorch` and `readSafetensors` need for names and shapes.
 *
 * @throws WeightsError if the file is damaged, lacks a weight, has one of another shape or an unexpected one. The model
 * is then unchanged. ModelGraphError if two layers of the model have the same path.
 *
 * @example loadWeights(createModel("resnet20"), await readFile("resnet20.th"));
 */
export function loadWeights(
  model: tfl.LayersModel,
  bytes: Uint8Array,
  options: LoadOptions = {},
): LoadReport {
  const { format = "auto", optional = () => false } = options;
  const file = readWeightsFile(bytes, format);
  const all = expectedWeights(model, file.naming);
  const names = new Set(all.map(({ name }) => name));
  const tensors = file.naming === "pytorch" ? renameOldDensenetKeys(file.tensors, names) : file.tensors;
  const ignored = file.naming === "pytorch" ? [...tensors.keys()].filter(isBatchCounter) : [];
  const isKept = ({ name }: { readonly name: string }): boolean => optional(name) && !tensors.has(name);
  const expected = all.filter((each) => !isKept(each));
  const matched = checkTensors(expected, tensors, new Set(ignored));
  const values = matched.map(([{ convert }, { shape, decode }]) => convert({ shape, data: decode() }));
  for (const [i, { weight }] of expected.entries()) {
    const value = tf.tensor(values[i] ?? [], [...shapeOf(weight)], "float32");
    weight.write(value);
    value.dispose();
  }
  const loaded = expected.map(({ path }) => path);
  const kept = all.filter(isKept).map(({ path }) => path);
  return { format: file.format, naming: file.naming, loaded, kept, ignored };
}

function readWeightsFile(bytes: Uint8Array, format: "auto" | WeightFormat): WeightsFile {
  const chosen = format === "auto" ? detectFormat(bytes) : format;
  if (chosen === "pytorch") return { format: chosen, naming: "pytorch", tensors: openPyTorch(bytes) };
  const { metadata, tensors } = openSafetensors(bytes);
  if (metadata.get("format") === "secateur") return { format: chosen, naming: "secateur", tensors };
  return { format: chosen, naming: "pytorch", tensors: withoutParallelPrefix(tensors) };
}

function detectFormat(bytes: Uint8Array): WeightFormat {
  if (looksLikePyTorch(bytes)) return "pytorch";
  if (looksLikeSafetensors(bytes)) return "safetensors";
  const start = [...bytes.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  throw new WeightsError(
    bytes.length === 0
      ? "the weights file is empty"
      : `unknown weights format (the file begins with ${start}); expected safetensors or PyTorch's .pt, .pth, .th`,
  );
}

function isBatchCounter(name: string): boolean {
  return name === "num_batches_tracked" || name.endsWith(".num_batches_tracked");
}
