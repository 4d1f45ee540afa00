/** Options of single layers that Keras writes in another way than tfjs reads them. */
import { isRecord, type JsonObject } from "../json-object.ts";
import type { LayerMend } from "./map-layers.ts";

/** Keras 2 writes the axis as a list. */
export const batchNormalizationAxis: LayerMend = optionsOf("BatchNormalization", (config) => {
  const { axis } = config;
  return Array.isArray(axis) && axis.length === 1 ? { ...config, axis: axis[0] } : config;
});

/** Keras 3 calls the slope `negative_slope`; tfjs would take its default. */
export const leakyReluSlope: LayerMend = optionsOf("LeakyReLU", ({ negative_slope: slope, ...config }) =>
  slope === undefined ? config : { ...config, alpha: slope },
);

/** Keras 2 writes the options of Conv2D, too, which mean nothing here and which tfjs refuses. */
export const separableKernel: LayerMend = optionsOf("SeparableConv2D", (config) => {
  const { kernel_initializer: _, kernel_regularizer: _1, kernel_constraint: _2, ...rest } = config;
  return rest;
});

/** Keras 3 writes `silu` for the activation that tfjs calls `swish`. */
export const activationNames: LayerMend = (layer) => {
  const { config } = layer;
  if (!isRecord(config)) return layer;
  const mended = Object.entries(config).map(([key, value]) => [key, isSilu(key, value) ? "swish" : value]);
  return { ...layer, config: Object.fromEntries(mended) };
};

function isSilu(key: string, value: unknown): boolean {
  return value === "silu" && /(^|_)activation$/.test(key);
}

function optionsOf(className: string, mend: (config: JsonObject) => JsonObject): LayerMend {
  return (layer) => {
    if (layer["class_name"] !== className || !isRecord(layer["config"])) return layer;
    return { ...layer, config: mend(layer["config"]) };
  };
}
