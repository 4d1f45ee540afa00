/** The layers in a Keras configuration, those inside models and wrappers included. */
import { isRecord, type JsonObject } from "./json-object.ts";

export interface LayerEntry {
  /** The names of the models around the layer, and its own: `backbone/conv1`. */
  readonly path: string;
  readonly className: string;
  readonly config: JsonObject;
}

/** @param topology - `class_name` and `config` of a model. */
export function layerEntries(topology: JsonObject): readonly LayerEntry[] {
  return [...entriesIn(topology, "")];
}

function* entriesIn({ config }: JsonObject, prefix: string): Generator<LayerEntry> {
  for (const layer of innerLayers(config)) {
    const inner = isRecord(layer["config"]) ? layer["config"] : {};
    const path = `${prefix}${String(inner["name"] ?? layer["name"] ?? layer["class_name"])}`;
    yield { path, className: String(layer["class_name"]), config: inner };
    yield* entriesIn(layer, `${path}/`);
  }
}

/** The layers of a model, the layer of a wrapper, the cells of a recurrent layer. Old Sequential configs are lists. */
function innerLayers(config: unknown): readonly JsonObject[] {
  if (Array.isArray(config)) return config.filter(isRecord);
  if (!isRecord(config)) return [];
  const { layers, layer, cell, cells } = config;
  return [layers, layer, cell, cells].flat().filter(isRecord);
}
