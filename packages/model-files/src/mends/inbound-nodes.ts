/**
 * The calls of the layers of a functional model, from Keras 3's form to Keras 2's: `{ args: [tensor, ...], kwargs }` becomes
 * `[[layer, call, output, {}], ...]`, and a model's inputs and outputs become lists of `[layer, call, output]`. Keras 2 and
 * tfjs count the construction of a model inside the model as its call 0; Keras 3 only does in `output_layers`, and there not
 * of a Sequential.
 */
import { UnsupportedModelError } from "../errors.ts";
import { isRecord, type JsonObject } from "../json-object.ts";
import type { LayerMend } from "./map-layers.ts";

/** @throws UnsupportedModelError for a layer that is called with further arguments. */
export const inboundNodes: LayerMend = (model) => {
  const { config } = model;
  if (!isRecord(config) || !("input_layers" in config) || !Array.isArray(config["layers"])) return model;
  const layers = config["layers"].filter(isRecord);
  const isKeras3 = layers.some((layer) => callsOf(layer).some(isRecord));
  const models = isKeras3 ? layers.filter(isModelEntry) : [];
  const reference = shifted(models);
  const inputs = lists(config["input_layers"]);
  const outputs = lists(config["output_layers"]).map(
    shifted(models.filter((layer) => layer["class_name"] === "Sequential")),
  );
  const mended = layers.map((layer) => {
    const calls = callsOf(layer).map((call) => {
      if (!isRecord(call)) return call;
      return tensorsOf(call, layer).map((tensor) => [...reference(tensor), {}]);
    });
    return { ...layer, inbound_nodes: calls };
  });
  return { ...model, config: { ...config, layers: mended, input_layers: inputs, output_layers: outputs } };
};

/** Counts the construction of the models. */
function shifted(models: readonly JsonObject[]): (tensor: readonly unknown[]) => readonly unknown[] {
  const names = new Set(models.map(({ name }) => name));
  return ([layer, call, output]) =>
    names.has(layer) ? [layer, Number(call) + 1, output] : [layer, call, output];
}

function callsOf({ inbound_nodes: calls }: JsonObject): readonly unknown[] {
  return Array.isArray(calls) ? calls : [];
}

function isModelEntry({ config }: JsonObject): boolean {
  return isRecord(config) && "layers" in config;
}

/** The tensors `[layer, call, output]` of a call in Keras 3's form. */
function tensorsOf({ args, kwargs }: JsonObject, layer: JsonObject): readonly (readonly unknown[])[] {
  const named = (isRecord(kwargs) ? Object.entries(kwargs) : []).filter(
    ([name, value]) => !isDefault(name, value),
  );
  const positional = [args].flat(Number.POSITIVE_INFINITY).filter((arg) => arg !== null && arg !== undefined);
  const tensors = positional.map(tensorOf).filter((tensor) => tensor !== undefined);
  if (named.length === 0 && tensors.length === positional.length) return tensors;
  const what = named.map(([name]) => `"${name}"`).join(", ") || "that is no tensor";
  throw new UnsupportedModelError(
    `layer "${String(layer["name"])}" (${String(layer["class_name"])}) is called with an argument ${what}, which tfjs's layers ` +
      "do not take: replace the layer before exporting the model",
  );
}

/** `training` and `mask` change nothing at inference unless they are tensors. */
function isDefault(name: string, value: unknown): boolean {
  return value === null || value === false || ((name === "training" || name === "mask") && !isRecord(value));
}

function tensorOf(value: unknown): readonly unknown[] | undefined {
  if (!isRecord(value) || value["class_name"] !== "__keras_tensor__" || !isRecord(value["config"]))
    return undefined;
  const { keras_history: history } = value["config"];
  return Array.isArray(history) ? history : undefined;
}

/** One tensor, a list, or a dictionary, whose keys Keras sorts. */
function lists(value: unknown): readonly (readonly unknown[])[] {
  if (isRecord(value))
    return Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([, item]) => lists(item));
  if (!Array.isArray(value)) return [];
  return typeof value[0] === "string" ? [value] : value.flatMap(lists);
}
