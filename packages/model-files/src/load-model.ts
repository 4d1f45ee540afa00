/** `loadModel`: a `tf.LayersModel` from files, on every runtime and engine. */
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { openOnDisk } from "#disk";
import { buildModel } from "./build-model.ts";
import { maximumJsonBytes, type OpenedModel } from "./model-folder.ts";
import { parseModelJson } from "./model-json.ts";
import { rememberQuantization } from "./source-quantization.ts";
import { readShards } from "./weight-shards.ts";

export interface LoadModelOptions {
  /** Classes of layers that tfjs lacks. They are registered with tfjs, which needs them to copy the model. */
  readonly customLayers?: readonly LayerClass[];
}

export type LayerClass = tf.serialization.SerializableConstructor<tf.serialization.Serializable>;

/**
 * Loads a model and its weights. The caller disposes it.
 *
 * @param source - The path of a model.json or of its folder.
 * @throws ModelFileError for files that are missing, truncated or damaged; UnsupportedModelError for a graph model or
 * layers without a class. Nothing stays allocated.
 *
 * @example const model = await loadModel("mobilenet/model.json");
 */
export async function loadModel(source: string, options: LoadModelOptions = {}): Promise<tfl.LayersModel> {
  for (const Layer of options.customLayers ?? []) tf.serialization.registerClass(Layer);
  return await loadLayersModel(await openOnDisk(source));
}

async function loadLayersModel({ folder, name }: OpenedModel): Promise<tfl.LayersModel> {
  const text = new TextDecoder().decode(await folder.read(name, maximumJsonBytes));
  const { topology, groups, metadata } = parseModelJson(text, name);
  const buffers = await readShards(folder, groups);
  const specs = groups.flatMap(({ weights }) => weights);
  const model = buildModel(topology, (built) => {
    const weights = tf.io.decodeWeights(buffers, specs);
    for (const { name: weight, group } of specs) if (group === "optimizer") delete weights[weight];
    built.loadWeights(weights);
  });
  if (metadata !== undefined)
    model.setUserDefinedMetadata({ ...metadata } as Parameters<typeof model.setUserDefinedMetadata>[0]);
  rememberQuantization(model, specs);
  return model;
}
