/** The configuration of a model, as Keras writes it: JSON with `class_name` and `config`. */
import { ModelFileError } from "../errors.ts";
import { isRecord, type JsonObject } from "../json-object.ts";

/** @throws ModelFileError */
export function parseConfiguration(text: string, name: string): JsonObject {
  try {
    const topology: unknown = JSON.parse(text);
    if (isRecord(topology)) return topology;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
  }
  throw new ModelFileError(`"${name}" is damaged: its configuration is no JSON object`);
}
