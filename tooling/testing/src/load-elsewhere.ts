/**
 * Saves models to files and runs them in another Node process, which imports tfjs and none of our packages. Returns the
 * outputs and, as a softmax or sigmoid hides differences, the outputs before a final one.
 */
import { execFile } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { disposeModel, layerConfigs, modelGraph, rebuildModel } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";

/** Values by output, for one batch in which every input is sin(0), sin(1), ..., with one example where its size is open and 16 for other open sizes. */
export interface SavedOutputs {
  readonly outputs: readonly (readonly number[])[];
  /** Before the final activations; empty for files that `saveTo` did not write. */
  readonly linear: readonly (readonly number[])[];
}

/**
 * Writes `model.json` and `weights.bin` as `model.save` gives them, and `linear.json`, the topology without the final
 * activations. Creates the directory.
 *
 * @returns The outputs of the model that was saved.
 */
export async function saveTo(directory: string, model: tfl.LayersModel): Promise<SavedOutputs> {
  fs.mkdirSync(directory, { recursive: true });
  const write = (name: string, data: string | Uint8Array): void =>
    fs.writeFileSync(path.join(directory, name), data);
  const linear = withLinearOutputs(model);
  const handler = tf.io.withSaveHandler(async ({ modelTopology, weightSpecs, weightData }) => {
    const weightsManifest = [{ paths: ["weights.bin"], weights: weightSpecs }];
    write("model.json", JSON.stringify({ modelTopology, weightsManifest }));
    write("linear.json", JSON.stringify({ modelTopology: linear.toJSON(null, false), weightsManifest }));
    write("weights.bin", new Uint8Array(weightData as ArrayBuffer));
    return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: "JSON" } };
  });
  await model.save(handler);
  const outputs = { outputs: outputsOf(model), linear: outputsOf(linear) };
  disposeModel(linear);
  return outputs;
}

/** Saves one model, and runs it here and in the other process. */
export async function saveAndRunElsewhere(
  model: tfl.LayersModel,
): Promise<{ readonly saved: SavedOutputs; readonly elsewhere: SavedOutputs }> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "secateur-"));
  try {
    const saved = await saveTo(directory, model);
    const [elsewhere] = await outputsElsewhere([directory]);
    if (elsewhere === undefined) throw new Error("the other process returned nothing");
    return { saved, elsewhere };
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
}

export interface ElsewhereOptions {
  /** Files that the other process imports first: they register layer classes. */
  readonly modules?: readonly string[];
  /** Default "wasm". */
  readonly engine?: "wasm" | "cpu";
}

/** By directory: the outputs of the model.json and weight files there, from the other process. */
export async function outputsElsewhere(
  directories: readonly string[],
  { modules = [], engine = "wasm" }: ElsewhereOptions = {},
): Promise<readonly SavedOutputs[]> {
  const script = path.join(import.meta.dirname, "load-with-tfjs.mjs");
  const imports = modules.flatMap((module) => ["--import", pathToFileURL(module).href]);
  const run = promisify(execFile);
  const args = [...imports, script, engine, ...directories];
  const { stdout } = await run(process.execPath, args, { maxBuffer: 1e9 });
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
}

function withLinearOutputs(model: tfl.LayersModel): tfl.LayersModel {
  const { outputs, producers } = modelGraph(model);
  const config = structuredClone(model.getConfig());
  const layers = layerConfigs(config);
  for (const output of outputs) {
    const layer = layers.get(producers.get(output)?.path ?? "");
    if (layer !== undefined && "activation" in layer) layer["activation"] = "linear";
  }
  return rebuildModel(model, config, (weight) => tf.clone(weight));
}

/** The model's outputs on the fixed input. */
export function outputsOf(model: tfl.LayersModel): SavedOutputs["outputs"] {
  return tf.tidy(() => {
    const inputs = model.inputs.map((symbol) => {
      const shape = symbol.shape.slice(1).map((size) => size ?? 16);
      const batchShape = [symbol.shape[0] ?? 1, ...shape];
      const length = tf.util.sizeFromShape(batchShape);
      const values = Float32Array.from({ length }, (_, i) => Math.sin(i));
      return tf.tensor(values, batchShape);
    });
    return [model.predict(inputs)].flat().map((y) => Array.from(y.dataSync()));
  });
}
