/**
 * Names such as `constructor` or `toString` in the configuration of a functional model. tfjs keeps layers in plain objects, in
 * which those names exist already, so layers are renamed while tfjs builds the model.
 */
import type * as tfl from "@tensorflow/tfjs-layers";
import { isModel } from "./is-model.ts";
import { weightName } from "./weight-paths.ts";

/** No user's name: it has a character that tfjs allows in names, repeated. */
const prefix = "secateur--";

const isUnsafe = (name: unknown): name is string => typeof name === "string" && name in {};

interface NamedEntry {
  name?: string;
  readonly config: Record<string, unknown>;
  readonly inboundNodes?: readonly (readonly (readonly unknown[])[])[];
}

const safe = (name: unknown): unknown => (isUnsafe(name) ? prefix + name : name);

/** Renames in place: layers, their nested models', and the references to them. */
export function makeNamesSafe(config: Record<string, unknown>): void {
  for (const entry of (config["layers"] ?? []) as readonly NamedEntry[]) {
    if (isUnsafe(entry.name)) entry.name = prefix + entry.name;
    entry.config["name"] = safe(entry.config["name"]);
    for (const node of entry.inboundNodes ?? []) renameIn(node);
    makeNamesSafe(entry.config);
  }
  renameIn(config["inputLayers"]);
  renameIn(config["outputLayers"]);
}

/** In references to tensors, `[layer, node, tensor]`. */
function renameIn(references: unknown): void {
  for (const reference of Array.isArray(references) ? references : [])
    if (Array.isArray(reference)) reference[0] = safe(reference[0]);
}

/** What tfjs keeps of its layers' names in a model. */
interface NamesOfLayers {
  containerNodes: Set<string>;
  inputNames: string[];
  outputNames: string[];
}

const restored = (name: string): string => (name.startsWith(prefix) ? name.slice(prefix.length) : name);

/** Gives the layers of a model that was built from such a configuration their names back. */
export function restoreNames(model: tfl.LayersModel): void {
  if (!model.layers.some(({ name }) => name.startsWith(prefix)) && !model.layers.some(isModel)) return;
  for (const layer of model.layers) {
    if (isModel(layer)) restoreNames(layer);
    if (!layer.name.startsWith(prefix)) continue;
    layer.name = restored(layer.name);
    for (const weight of isModel(layer) ? [] : layer.weights)
      Object.assign(weight, { originalName: `${layer.name}/${weightName(weight)}` });
  }
  const names = model as unknown as NamesOfLayers;
  names.containerNodes = new Set([...names.containerNodes].map(restored));
  names.inputNames = names.inputNames.map(restored);
  names.outputNames = names.outputNames.map(restored);
}
