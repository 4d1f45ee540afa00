/** A layer's configuration with the settings that tfjs's `getConfig` leaves out, so that a copy of the layer is the same. */
import type * as tfl from "@tensorflow/tfjs-layers";

/** By class: fields of the layer that are also names of settings. tfjs loads them, and does not save them. */
const unsaved: Readonly<Record<string, readonly string[]>> = {
  Conv1D: ["dataFormat"],
  SeparableConv2D: ["depthMultiplier"],
  AlphaDropout: ["noiseShape"],
};

/** The layer's own configuration, to which others have no reference. @example fullConfig(layer)["depthMultiplier"]; */
export function fullConfig(layer: tfl.layers.Layer): Readonly<Record<string, unknown>> {
  return { ...unsavedSettings(layer), ...layer.getConfig() };
}

export function unsavedSettings(layer: tfl.layers.Layer): Readonly<Record<string, unknown>> {
  const fields = layer as unknown as Readonly<Record<string, unknown>>;
  const className = layer.getClassName();
  const names = Object.hasOwn(unsaved, className) ? (unsaved[className] ?? []) : [];
  return Object.fromEntries(
    names.filter((name) => fields[name] !== undefined).map((name) => [name, fields[name]]),
  );
}
