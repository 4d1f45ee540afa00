/** Changes the configurations of the layers of a model, those inside models, wrappers and recurrent layers included. */
import { isRecord, type JsonObject } from "../json-object.ts";

/** Returns the entry of a layer (`class_name`, `config`, `inbound_nodes`), changed or as it is. */
export type LayerMend = (layer: JsonObject) => JsonObject;

/** The layer itself is changed after the layers inside it. */
export function mapLayers(layer: JsonObject, mend: LayerMend): JsonObject {
  return mend({ ...layer, config: mapInside(layer["config"], mend) });
}

const innerKeys = ["layers", "layer", "cell", "cells"] as const;

function mapInside(config: unknown, mend: LayerMend): unknown {
  if (Array.isArray(config)) return mapAll(config, mend); // of an old Sequential
  if (!isRecord(config)) return config;
  const inner = innerKeys.filter((key) => key in config).map((key) => [key, mapAll(config[key], mend)]);
  return { ...config, ...Object.fromEntries(inner) };
}

function mapAll(value: unknown, mend: LayerMend): unknown {
  if (Array.isArray(value)) return value.map((item) => mapAll(item, mend));
  return isRecord(value) && "class_name" in value ? mapLayers(value, mend) : value;
}
