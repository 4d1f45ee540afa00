/** Loads the model that a command is about, and the rules for its own layers. */
import { importPlugin, isRecord, PluginFileError } from "@secateur/command-line";
import { type LayerRules, layerRules } from "@secateur/dependency-graph";
import { type LayerClass, loadModel } from "@secateur/model-files";
import { disposeModel } from "@secateur/model-graph";
import type * as tfl from "@tensorflow/tfjs-layers";

export interface OpenedModel {
  readonly model: tfl.LayersModel;
  readonly rules: LayerRules;
}

/**
 * @param path - Of a model.json or its folder.
 * @param rulesFile - Absolute path of a module that exports `rules` and, for classes that tfjs lacks, `layers`.
 */
export async function openModel(path: string, rulesFile: string | null): Promise<OpenedModel> {
  const { rules, layers } = rulesFile === null ? { rules: {}, layers: [] } : await loadRules(rulesFile);
  return { model: await loadModel(path, { customLayers: layers }), rules: { ...layerRules, ...rules } };
}

/** Runs `work`, and disposes the models that it owns, also after an error. */
export async function disposing<T>(
  work: (own: (model: tfl.LayersModel) => tfl.LayersModel) => Promise<T>,
): Promise<T> {
  const owned: tfl.LayersModel[] = [];
  try {
    return await work((model) => {
      owned.push(model);
      return model;
    });
  } finally {
    for (const model of owned) disposeModel(model);
  }
}

interface Plugin {
  readonly rules: LayerRules;
  readonly layers: readonly LayerClass[];
}

async function loadRules(file: string): Promise<Plugin> {
  const rules = await importPlugin(file, "rules", isRules);
  if (!isRules(rules))
    throw new PluginFileError(
      `${file}: rules must be an object from the class name of a layer to its rule, a function.`,
    );
  const layers = await importPlugin(file, "layers", Array.isArray).catch(() => []);
  return { rules, layers: Array.isArray(layers) ? layers : [] };
}

const isRules = (value: unknown): value is LayerRules =>
  isRecord(value) &&
  Object.keys(value).length > 0 &&
  Object.values(value).every((rule) => typeof rule === "function");
