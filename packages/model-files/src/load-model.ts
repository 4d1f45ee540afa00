/** `loadModel`: a `tf.LayersModel` from files, on every runtime and engine. */
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { fileFormat } from "./file-format.ts";
import { layersModel } from "./layers-model.ts";
import { maximumJsonBytes } from "./model-folder.ts";
import { checkModelJson, parseModelJson } from "./model-json.ts";
import { isBrowserStorage, readBrowserStorage } from "./sources/browser-storage.ts";
import { type ModelSource, openSource } from "./sources/open-source.ts";
import type { Fetch } from "./sources/server-folder.ts";
import { readShards } from "./weight-shards.ts";

export interface LoadModelOptions {
  /** Classes of layers that tfjs lacks. They are registered with tfjs, which needs them to copy the model, too. */
  readonly customLayers?: readonly LayerClass[];
  /** Downloads files; the global `fetch` by default. */
  readonly fetch?: Fetch;
  /** For reading the HDF5 file of a Keras model, in Node. Default one minute. */
  readonly timeoutMs?: number;
}

export type LayerClass = tf.serialization.SerializableConstructor<tf.serialization.Serializable>;

/** Keras files beyond 2 GB are refused. */
const maximumKerasBytes = 2 ** 31 - 1;

/**
 * Loads a model and its weights; the state of an optimiser is not read. The caller disposes the model.
 *
 * Whatever the bytes are, model.json may have 64 MB and 10,000 layers, and no more bytes of weights are read than its
 * shapes give, at most 4 GB; a Keras file may have 2 GB, its HDF5 file 5,000 groups, and its weights 64 times the bytes of
 * that file. In Node an HDF5 file is read in a thread of its own, for `timeoutMs` and with 2 GB of h5wasm's memory at most; in browsers h5wasm never returns
 * from some damaged ones. A model has a million parameters more than the files at most; the time of tfjs is not bounded
 * otherwise.
 *
 * @throws ModelFileError for files that are missing, truncated, damaged or too large; UnsupportedModelError for a graph
 * model and for layers that tfjs lacks. Nothing stays allocated.
 *
 * @example const model = await loadModel("mobilenet/model.json");
 */
export async function loadModel(
  source: ModelSource,
  { customLayers = [], fetch = globalThis.fetch, timeoutMs = 60_000 }: LoadModelOptions = {},
): Promise<tfl.LayersModel> {
  for (const Layer of customLayers) tf.serialization.registerClass(Layer);
  if (isBrowserStorage(source)) return await fromStorage(source);
  const { folder, name } = await openSource(source, fetch);
  const isJson = name.toLowerCase().endsWith(".json");
  const bytes = await folder.read(name, isJson ? maximumJsonBytes : maximumKerasBytes);
  const format = fileFormat(bytes);
  if (format !== "json") {
    const { loadKeras } = await import("./keras/load-keras.ts");
    return await loadKeras({ name, format, bytes }, timeoutMs);
  }
  const { groups, ...model } = parseModelJson(new TextDecoder().decode(bytes), name);
  const data = await readShards(folder, groups);
  return layersModel({ ...model, specs: groups.flatMap(({ weights }) => weights), data });
}

async function fromStorage(source: string): Promise<tfl.LayersModel> {
  const { weightSpecs = [], weightData = [], ...json } = await readBrowserStorage(source);
  const weightsManifest = [{ paths: [], weights: weightSpecs }];
  const { groups, ...model } = checkModelJson({ ...json, weightsManifest }, source);
  const specs = groups.flatMap(({ weights }) => weights);
  return layersModel({ ...model, specs, data: [weightData].flat() });
}
