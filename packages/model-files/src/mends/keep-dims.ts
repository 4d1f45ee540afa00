/**
 * Global pooling with `keepdims`, which tfjs ignores: a Reshape layer behind the pooling restores the axes. Its name is
 * the pooling's with `_keepdims`.
 */
import { UnsupportedModelError } from "../errors.ts";
import { isRecord, type JsonObject } from "../json-object.ts";
import { channelCounter } from "./channel-count.ts";
import type { LayerMend } from "./map-layers.ts";

/**
 * Applied to models, as a layer is added.
 *
 * @throws UnsupportedModelError if the number of channels cannot be told from the configuration.
 */
export const keepDims: LayerMend = (model) => {
  const { config } = model;
  if (!isRecord(config) || !Array.isArray(config["layers"])) return model;
  const pools = config["layers"].filter((layer): layer is JsonObject => isRecord(layer) && keepsDims(layer));
  if (pools.length === 0) return model;
  const channels = channelCounter(config["layers"]);
  const renamed = new Map(pools.map((pool) => [nameOf(pool), `${nameOf(pool)}_keepdims`]));
  const layers = config["layers"].flatMap((layer: JsonObject) => {
    const redirected = { ...layer, inbound_nodes: redirect(layer["inbound_nodes"], renamed) };
    if (!pools.includes(layer)) return [redirected];
    const pool = { ...redirected, config: { ...(layer["config"] as JsonObject), keepdims: false } };
    return [pool, reshapeBehind(layer, channels(layer))];
  });
  const outputs = redirect(config["output_layers"], renamed);
  return {
    ...model,
    config: { ...config, layers, ...(outputs === undefined ? {} : { output_layers: outputs }) },
  };
};

function keepsDims({ class_name: className, config }: JsonObject): boolean {
  return (
    /^Global(Average|Max)Pooling[123]D$/.test(String(className)) &&
    isRecord(config) &&
    config["keepdims"] === true
  );
}

function nameOf({ config }: JsonObject): string {
  return String((config as JsonObject)["name"]);
}

function reshapeBehind(pool: JsonObject, channels: number | undefined): JsonObject {
  const name = `${nameOf(pool)}_keepdims`;
  if (channels === undefined)
    throw new UnsupportedModelError(
      `layer "${nameOf(pool)}" (${String(pool["class_name"])}) has keepdims=True, which tfjs lacks, and its number of ` +
        "channels cannot be told: put a Reshape layer behind it instead before exporting the model",
    );
  const ones = Array<number>(Number(String(pool["class_name"]).at(-2))).fill(1);
  const calls = Array.isArray(pool["inbound_nodes"]) ? pool["inbound_nodes"] : [];
  return {
    class_name: "Reshape",
    name,
    config: { name, target_shape: [...ones, channels], dtype: "float32", trainable: true },
    inbound_nodes: calls.map((_, call) => [[nameOf(pool), call, 0, {}]]),
  };
}

/** Replaces the first item of every `[layer, call, output, ...]` in nested lists. */
function redirect(nodes: unknown, renamed: ReadonlyMap<string, string>): unknown {
  if (!Array.isArray(nodes)) return nodes;
  const [first, ...rest] = nodes;
  if (typeof first === "string") return [renamed.get(first) ?? first, ...rest];
  return nodes.map((node) => redirect(node, renamed));
}
