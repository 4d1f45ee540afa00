/**
 * Keras's configurations use `snake_case` for keys and for words such as `hard_sigmoid`; tfjs's layers use `camelCase`.
 * The same conversion as in `tf.loadLayersModel`, which does not export it.
 */
import type * as tf from "@tensorflow/tfjs-core";
import { isRecord } from "./json-object.ts";
import { withLimitedPasses } from "./limited-passes.ts";

type Value = tf.serialization.ConfigDictValue;

/** Lists that start with the name of a layer, which stays as it is. */
const listsOfLayers = new Set(["inboundNodes", "inputLayers", "outputLayers"]);

/** @param key - Under which the value is, in camel case. */
export function toCamelCase(value: unknown, key = ""): Value {
  if (typeof value === "string") return camelCaseWord(value);
  if (Array.isArray(value)) {
    const isName = (item: unknown, i: number): item is string =>
      i === 0 && typeof item === "string" && listsOfLayers.has(key);
    const items = value.map((item, i) => (isName(item, i) ? item : toCamelCase(item, key)));
    return key === "layers" ? withLimitedPasses(items) : items;
  }
  if (!isRecord(value)) return value as Value;
  const entries = Object.entries(value).map(([name, content]) => {
    if (name === "name" && typeof content === "string") return [name, content];
    const camelCase = camelCaseWord(name);
    return [camelCase, toCamelCase(content, camelCase)];
  });
  return Object.fromEntries(entries);
}

function camelCaseWord(word: string): string {
  return word.replace(/_+(\w|$)/g, (_, next: string) => next.toUpperCase());
}
