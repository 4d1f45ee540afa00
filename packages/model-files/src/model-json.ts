/** Parses a model.json and checks what tfjs would not: that it is a layers model and that its manifest is well formed. */
import { describeValue } from "@secateur/base";
import type * as tf from "@tensorflow/tfjs-core";
import { ModelFileError, UnsupportedModelError } from "./errors.ts";
import { isRecord, type JsonObject } from "./json-object.ts";
import { insideFolder } from "./model-folder.ts";

export type WeightSpec = tf.io.WeightsManifestEntry;

/** The weights of one group lie end to end in its files. */
export interface WeightGroup {
  /** In the order of the bytes; relative to model.json and inside its folder. */
  readonly paths: readonly string[];
  readonly weights: readonly WeightSpec[];
}

export interface ModelJson {
  /** As Keras writes it: `class_name`, `config`. */
  readonly topology: JsonObject;
  readonly groups: readonly WeightGroup[];
  readonly metadata: JsonObject | undefined;
}

/** @throws ModelFileError for text that is no JSON, and as `checkModelJson`. */
export function parseModelJson(text: string, name: string): ModelJson {
  try {
    return checkModelJson(JSON.parse(text), name);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    if (isProgram(text))
      throw new UnsupportedModelError(
        `"${name}" is a JavaScript program that holds a model, as nsfwjs ships its own: reading it would mean running it. Run it ` +
          "once yourself and write what it exports to model.json and its weight files; the README of @secateur/model-files has " +
          "the command",
        { cause },
      );
    const start = JSON.stringify(text.slice(0, 40));
    throw new ModelFileError(`"${name}" is neither JSON nor a Keras file: it starts with ${start}`, {
      cause,
    });
  }
}

const isProgram = (text: string): boolean =>
  /^\s*(?:["']use strict|[!(;]|function|var|let|const|import|export|module\b|\/[/*])/.test(text);

/**
 * @throws ModelFileError for what is no model, or a damaged manifest.
 * @throws UnsupportedModelError for a graph model.
 */
export function checkModelJson(json: unknown, name: string): ModelJson {
  if (!isRecord(json)) throw damaged(name, "it is not an object");
  const { modelTopology, weightsManifest = [], userDefinedMetadata } = json;
  if (json["format"] === "graph-model" || (isRecord(modelTopology) && "node" in modelTopology))
    throw new UnsupportedModelError(
      `"${name}" is a graph model: a frozen TensorFlow graph, which has operations and no layers. Convert the original ` +
        "Keras model to a layers model instead: tensorflowjs_converter --input_format=keras " +
        "--output_format=tfjs_layers_model model.h5 folder/",
    );
  if (!isRecord(modelTopology))
    throw new ModelFileError(`"${name}" has no "modelTopology": pass the model.json of a tfjs layers model`);
  if (!Array.isArray(weightsManifest)) throw damaged(name, '"weightsManifest" is not a list');
  const groups = weightsManifest.map((group) => parseGroup(group, name));
  requireDistinct(
    groups.flatMap(({ weights }) => weights.map((weight) => weight.name)),
    name,
  );
  return {
    topology: isRecord(modelTopology["model_config"]) ? modelTopology["model_config"] : modelTopology,
    groups,
    metadata: isRecord(userDefinedMetadata) ? userDefinedMetadata : undefined,
  };
}

function parseGroup(group: unknown, name: string): WeightGroup {
  const { paths, weights } = isRecord(group) ? group : {};
  if (!Array.isArray(paths) || !paths.every((path) => typeof path === "string"))
    throw damaged(name, "a group of weights has no list of paths");
  if (!Array.isArray(weights)) throw damaged(name, "a group of weights has no list of weights");
  return { paths: paths.map(insideFolder), weights: weights.map((weight) => parseSpec(weight, name)) };
}

function parseSpec(spec: unknown, name: string): WeightSpec {
  if (!isRecord(spec) || typeof spec["name"] !== "string") throw damaged(name, "a weight has no name");
  const { name: weight, shape, dtype, group, quantization } = spec;
  const problem = (what: string): ModelFileError =>
    damaged(name, `weight ${JSON.stringify(weight)} has ${what}`);
  if (!Array.isArray(shape) || !shape.every((size) => Number.isSafeInteger(size) && size >= 0))
    throw problem("no valid shape");
  if (dtype !== "float32" && dtype !== "int32" && dtype !== "bool")
    throw problem(`the type ${describeValue(dtype)}, expected float32, int32 or bool`);
  const plain: WeightSpec = { name: weight, shape: [...shape], dtype };
  if (group === "optimizer") plain.group = group;
  if (quantization === undefined || quantization === null) return plain;
  return { ...plain, quantization: parseQuantization(quantization, problem) };
}

function parseQuantization(
  quantization: unknown,
  problem: (what: string) => ModelFileError,
): NonNullable<WeightSpec["quantization"]> {
  const { dtype, scale, min } = isRecord(quantization) ? quantization : {};
  if (dtype === "float16") return { dtype };
  if (dtype !== "uint8" && dtype !== "uint16") throw problem(`unknown quantization ${describeValue(dtype)}`);
  if (!Number.isFinite(scale) || !Number.isFinite(min)) throw problem("a quantization without scale and min");
  return { dtype, scale: scale as number, min: min as number };
}

function requireDistinct(names: readonly string[], file: string): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) throw damaged(file, `weight ${JSON.stringify(name)} is listed twice`);
    seen.add(name);
  }
}

function damaged(name: string, problem: string): ModelFileError {
  return new ModelFileError(`"${name}" is damaged: ${problem}`);
}
