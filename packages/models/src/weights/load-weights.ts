/** Put the weights of a file into a model: every weight, exactly, or none. */
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { WeightsError } from "../errors.ts";
import { looksLikePyTorch, readPyTorch, withoutParallelPrefix } from "../formats/pytorch.ts";
import { looksLikeSafetensors, readSafetensors } from "../formats/safetensors.ts";
import type { WeightTensor } from "../formats/weight-tensor.ts";
import { withoutOldDensenetNames } from "./old-densenet-names.ts";
import { shapeOf, type WantedWeight, wantedByName, wantedFromPyTorch } from "./wanted-weights.ts";

export const weightFormats = ["safetensors", "pytorch"] as const;
export type WeightFormat = (typeof weightFormats)[number];

export interface LoadOptions {
  /** Default "auto": by the file's first bytes. */
  readonly format?: "auto" | WeightFormat;
}

export interface LoadReport {
  readonly format: WeightFormat;
  /** Whose names and layout the file has. */
  readonly naming: "secateur" | "pytorch";
  /** Names of the model's weights that were set: all of them. */
  readonly loaded: readonly string[];
  /** Names in the file that mean nothing here: PyTorch's counters of batches. */
  readonly ignored: readonly string[];
}

interface WeightsFile {
  readonly format: WeightFormat;
  readonly naming: "secateur" | "pytorch";
  readonly tensors: ReadonlyMap<string, WeightTensor>;
}

/**
 * Reads safetensors (of `saveWeights`, or with PyTorch's names) and PyTorch's own files, old and new. PyTorch's key is
 * the layer's name and `weight`, `bias`, `running_mean` or `running_var`; kernels are transposed, and a dense layer
 * behind a Flatten gets its inputs in tfjs's order.
 *
 * Throws `WeightsError`, and leaves the model as it was, when the file is damaged, lacks a weight, has one of another
 * shape, or holds one that no layer takes.
 *
 * @example loadWeights(createModel("resnet20"), await readFile("resnet20.th"));
 */
export function loadWeights(
  model: tfl.LayersModel,
  bytes: Uint8Array,
  options: LoadOptions = {},
): LoadReport {
  const file = readWeightsFile(bytes, options.format ?? "auto");
  const wanted = file.naming === "secateur" ? wantedByName(model) : wantedFromPyTorch(model);
  const names = new Set(wanted.map(({ name }) => name));
  const tensors = file.naming === "pytorch" ? withoutOldDensenetNames(file.tensors, names) : file.tensors;
  const ignored = file.naming === "pytorch" ? [...tensors.keys()].filter(isBatchCounter) : [];
  checkNames(wanted, tensors, new Set(ignored));
  const values = wanted.map((want) => want.convert(matching(want, tensors)));
  for (const [i, { weight }] of wanted.entries()) {
    const value = tf.tensor(values[i] ?? [], [...shapeOf(weight)], "float32");
    weight.write(value);
    value.dispose();
  }
  const loaded = wanted.map(({ weight }) => weight.originalName);
  return { format: file.format, naming: file.naming, loaded, ignored };
}

function readWeightsFile(bytes: Uint8Array, format: "auto" | WeightFormat): WeightsFile {
  const chosen = format === "auto" ? detectFormat(bytes) : format;
  if (chosen === "pytorch") return { format: chosen, naming: "pytorch", tensors: readPyTorch(bytes) };
  const { metadata, tensors } = readSafetensors(bytes);
  if (metadata.get("format") === "secateur") return { format: chosen, naming: "secateur", tensors };
  return { format: chosen, naming: "pytorch", tensors: withoutParallelPrefix(tensors) };
}

function detectFormat(bytes: Uint8Array): WeightFormat {
  if (looksLikePyTorch(bytes)) return "pytorch";
  if (looksLikeSafetensors(bytes)) return "safetensors";
  const start = [...bytes.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  throw new WeightsError(
    bytes.length === 0
      ? "The weights file is empty"
      : `Not a known weights format (it begins with ${start}): safetensors and PyTorch's .pt, .pth, .th can be read`,
  );
}

function isBatchCounter(name: string): boolean {
  return name === "num_batches_tracked" || name.endsWith(".num_batches_tracked");
}

function checkNames(
  wanted: readonly WantedWeight[],
  tensors: ReadonlyMap<string, WeightTensor>,
  ignored: ReadonlySet<string>,
): void {
  const names = new Set<string>();
  for (const { name } of wanted) {
    if (names.has(name))
      throw new WeightsError(`Two weights of the model are named "${name}": rename a layer`);
    names.add(name);
  }
  const missing = [...names].filter((name) => !tensors.has(name));
  const left = [...tensors.keys()].filter((name) => !names.has(name) && !ignored.has(name));
  const complaints = [
    ...(missing.length > 0 ? [`lacks ${nameSome(missing)}, which the model needs`] : []),
    ...(left.length > 0 ? [`holds ${nameSome(left)}, which the model has no place for`] : []),
  ];
  if (complaints.length > 0) throw new WeightsError(`The weights file ${complaints.join(", and ")}`);
}

function nameSome(names: readonly string[]): string {
  const [first = "", ...rest] = names;
  return rest.length === 0 ? `"${first}"` : `"${first}" and ${rest.length} more`;
}

function matching(
  { weight, name, shape }: WantedWeight,
  tensors: ReadonlyMap<string, WeightTensor>,
): WeightTensor {
  const tensor = tensors.get(name);
  if (tensor !== undefined && tensor.shape.join() === shape.join()) return tensor;
  throw new WeightsError(
    `"${name}" has shape [${tensor?.shape.join(", ")}] in the file, the model needs [${shape.join(", ")}] for "${weight.originalName}"`,
  );
}
