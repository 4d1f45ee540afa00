/** A layer's configuration with the settings that tfjs's `getConfig` leaves out, so that a copy of the layer is the same. */
import type * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { wrappedLayer } from "./layer-parts.ts";

/** By class: fields of the layer that are also names of settings. tfjs loads them, and does not save them. */
const unsaved: Readonly<Record<string, readonly string[]>> = {
  Conv1D: ["dataFormat"],
  SeparableConv2D: ["depthMultiplier"],
  AlphaDropout: ["noiseShape"],
};

/** The layer's own configuration, to which others have no reference. @example fullConfig(layer)["depthMultiplier"]; */
export function fullConfig(layer: tfl.layers.Layer): Readonly<Record<string, unknown>> {
  return completeConfig(layer, layer.getConfig());
}

/** Completes a configuration of the layer, which may be edited: in place, with that of a layer inside a TimeDistributed. */
export function completeConfig(
  layer: tfl.layers.Layer,
  config: tf.serialization.ConfigDict,
): tf.serialization.ConfigDict {
  Object.assign(config, { ...unsavedSettings(layer), ...config });
  const { layer: inside } = config as { readonly layer?: { readonly config: tf.serialization.ConfigDict } };
  if (inside !== undefined && layer.getClassName() === "TimeDistributed")
    completeConfig(wrappedLayer(layer), inside.config);
  return config;
}

function unsavedSettings(layer: tfl.layers.Layer): Readonly<Record<string, unknown>> {
  const fields = layer as unknown as Readonly<Record<string, unknown>>;
  const className = layer.getClassName();
  const names = Object.hasOwn(unsaved, className) ? (unsaved[className] ?? []) : [];
  return Object.fromEntries(
    names.filter((name) => fields[name] !== undefined).map((name) => [name, fields[name]]),
  );
}
