/** A fingerprint of a model's structure. With the same layer rules, a plan fits a model if their fingerprints are equal. */
import { hash64 } from "@secateur/base";
import { modelGraph, weightName } from "@secateur/model-graph";
import type * as tfl from "@tensorflow/tfjs-layers";

/** Configuration that decides where a layer puts its channels. */
const structural = ["padding", "cropping", "dims", "targetShape", "axis", "axes", "dataFormat", "n"] as const;

/** Keys that lead to the layers inside a layer: what it wraps, its cells. */
const inside = ["mergeMode", "layer", "cell", "cells", "className", "config"];

/**
 * A hash of layers, connections, weight shapes and outputs, 16 hexadecimal digits. It does not depend on weight values.
 */
export function fingerprint(model: tfl.LayersModel): string {
  const { calls, inputs, outputs } = modelGraph(model);
  const tensors = [...inputs, ...calls.flatMap((call) => call.outputs)];
  const numbers = new Map(tensors.map((tensor, i) => [tensor, i]));
  const lines = calls.map(({ path, className, layer, inputs: sources }) => {
    const weights = layer.weights.map((weight) => `${weightName(weight)}[${weight.shape.join(",")}]`);
    const settings = settingsOf(layer.getConfig());
    return [className, path, sources.map((tensor) => numbers.get(tensor)), ...weights, ...settings].join(" ");
  });
  return hash64([...lines, outputs.map((tensor) => numbers.get(tensor)).join()].join("\n"));
}

function settingsOf(config: Readonly<Record<string, unknown>>): readonly (string | undefined)[] {
  const own = structural.map((key) => JSON.stringify(config[key]));
  const hasLayers = "layer" in config || "cell" in config;
  return hasLayers ? [...own, JSON.stringify(config, [...structural, ...inside])] : own;
}
