/**
 * The settings that tfjs's `getConfig` leaves out of a saved configuration, such as the `depth_multiplier` of a
 * SeparableConv2D: without them the model in the file is another one, or cannot be loaded.
 */
import { fullConfig, layerConfigs, modelGraph } from "@secateur/model-graph";
import type * as tfl from "@tensorflow/tfjs-layers";
import { isRecord } from "./json-object.ts";

/** @param topology - As tfjs saves it, `class_name` and `config`; settings are added in place. */
export function completeTopology(model: tfl.LayersModel, topology: unknown): void {
  if (!isRecord(topology) || !isRecord(topology["config"])) return;
  const { layers } = modelGraph(model);
  for (const [path, config] of layerConfigs(topology["config"] as Parameters<typeof layerConfigs>[0])) {
    const layer = layers.get(path);
    if (layer !== undefined) addMissing(config, fullConfig(layer), layer.getConfig());
  }
}

/** Adds what `full` has and `own`, from which `saved` was made, has not. */
function addMissing(
  saved: Record<string, unknown>,
  full: Readonly<Record<string, unknown>>,
  own: Readonly<Record<string, unknown>>,
): void {
  for (const [key, value] of Object.entries(full)) {
    if (!(key in own)) saved[snakeCase(key)] = typeof value === "string" ? snakeCase(value) : value;
  }
  const [inSaved, inFull, inOwn] = [saved, full, own].map(({ layer }) => isRecord(layer) && layer["config"]);
  if (isRecord(inSaved) && isRecord(inFull) && isRecord(inOwn)) addMissing(inSaved, inFull, inOwn);
}

const snakeCase = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
