/**
 * The weights in `model.weights.h5`. Keras names the groups of a model's layers after their classes, in the order of the
 * configuration: `layers/conv2d/vars/0`, `layers/conv2d_1/vars/0`, `layers/sequential/layers/dense/vars/0`.
 */
import { isRecord, type JsonObject } from "../json-object.ts";
import type { StoredWeight, StoredWeights } from "../set-weights.ts";
import { type Hdf5Group, storedWeight, subgroup } from "./hdf5.ts";

/** By the path of the layer, in Keras's order. */
export function archivedWeights(topology: JsonObject, file: Hdf5Group): StoredWeights {
  return new Map(weightsOf(topology, file, ""));
}

type NamedWeight = readonly [path: string, weight: StoredWeight];

/** @param path - Of the layer, with a slash behind it. */
function weightsOf(layer: JsonObject, group: Hdf5Group | undefined, path: string): readonly NamedWeight[] {
  if (group === undefined) return [];
  const config = isRecord(layer["config"]) ? layer["config"] : {};
  const { layers, layer: inner = {}, backward_layer: backward = inner, cell = {}, cells } = config;
  const child = (entry: unknown, name: string): readonly NamedWeight[] =>
    weightsOf(isRecord(entry) ? entry : {}, subgroup(group, name), `${path}${name}/`);
  return [
    ...variables(group, path),
    ...container(layers, subgroup(group, "layers"), path),
    ...child(inner, "layer"),
    ...child(inner, "forward_layer"),
    ...child(backward, "backward_layer"),
    ...child(cell, "cell"),
    ...container(cells, subgroup(group, "cells"), path),
  ];
}

function variables(group: Hdf5Group, path: string): readonly NamedWeight[] {
  const vars = subgroup(group, "vars");
  return (vars?.keys() ?? [])
    .toSorted((a, b) => Number(a) - Number(b))
    .map((key) => [`${path}vars/${key}`, storedWeight(vars as Hdf5Group, key)]);
}

function container(layers: unknown, group: Hdf5Group | undefined, path: string): readonly NamedWeight[] {
  if (!Array.isArray(layers)) return [];
  const counts = new Map<string, number>();
  return layers
    .filter((layer) => isRecord(layer) && !isOperation(layer))
    .flatMap((layer: JsonObject) => {
      const name = snakeCase(String(layer["class_name"]));
      const count = counts.get(name) ?? 0;
      counts.set(name, count + 1);
      const { name: own } = isRecord(layer["config"]) ? layer["config"] : layer;
      return weightsOf(layer, subgroup(group, count === 0 ? name : `${name}_${count}`), `${path}${own}/`);
    });
}

/** `x + y` is no layer. */
function isOperation({ module }: JsonObject): boolean {
  return typeof module === "string" && /^keras(\.src)?\.ops\b/.test(module);
}

/** As Keras's `naming.to_snake_case`: LeakyReLU becomes leaky_re_lu. */
function snakeCase(className: string): string {
  return className
    .slice(className.lastIndexOf(">") + 1)
    .replaceAll(/\W+/g, "")
    .replaceAll(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replaceAll(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
}
