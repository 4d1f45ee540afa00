/**
 * Keras 3 wraps values in objects with `module`, `class_name` and `registered_name`. Those that tfjs reads as plain values
 * are unwrapped: dtype policies, functions, tuples. Names of registered classes lose their package: `my_package>Layer`.
 */
import { isRecord, type JsonObject } from "../json-object.ts";

/** @param value - Any part of a configuration. */
export function unwrapObjects(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unwrapObjects);
  if (!isRecord(value)) return value;
  const { class_name: className, config } = value;
  if (className === "function") return config;
  if (className === "__tuple__") return unwrapObjects(value["items"]);
  const entries = Object.entries(value).map(([key, content]) => [key, unwrapValue(key, content)]);
  return Object.fromEntries(entries);
}

function unwrapValue(key: string, value: unknown): unknown {
  if (key === "dtype") return dtypeOf(value);
  if (key === "class_name" && typeof value === "string") return value.slice(value.lastIndexOf(">") + 1);
  return unwrapObjects(value);
}

/** A policy such as `mixed_float16` computes in half precision; tfjs computes in float32. */
function dtypeOf(value: unknown): unknown {
  const name = isRecord(value) ? nameOf(value) : value;
  if (typeof name !== "string") return name;
  if (/float/.test(name)) return "float32";
  return /int/.test(name) ? "int32" : name;
}

function nameOf({ config }: JsonObject): unknown {
  if (!isRecord(config)) return undefined;
  const { name, dtype, source_name: sourceName } = config;
  return name ?? dtype ?? sourceName;
}
