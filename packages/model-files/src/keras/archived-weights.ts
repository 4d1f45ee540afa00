/**
 * The weights in `model.weights.h5`. Keras names the groups of a model's layers after their classes, in the order of the
 * configuration: `layers/conv2d/vars/0`, `layers/conv2d_1/vars/0`, `layers/sequential/layers/dense/vars/0`.
 */
import { ModelFileError } from "../errors.ts";
import { isRecord, type JsonObject } from "../json-object.ts";
import { arrayAt, type Hdf5Array, type Hdf5Group, subgroup } from "./hdf5.ts";

/**
 * Groups that are visited at most. Every wrapper asks for three, and a group in a hostile file can contain itself, so that
 * a few hundred bytes of configuration would ask for more than ever ends.
 */
const maximumGroups = 5_000;

/**
 * By the path of the layer, in Keras's order.
 *
 * @throws ModelFileError for more than 5,000 groups.
 */
export function archivedWeights(topology: JsonObject, file: Hdf5Group): ReadonlyMap<string, Hdf5Array> {
  return new Map(weightsOf(topology, file, "", { groups: maximumGroups }));
}

type NamedWeight = readonly [path: string, weight: Hdf5Array];

/** What may still be visited. */
interface Budget {
  groups: number;
}

/** @param path - Of the layer, with a slash behind it. */
function weightsOf(
  layer: JsonObject,
  group: Hdf5Group | undefined,
  path: string,
  budget: Budget,
): readonly NamedWeight[] {
  if (group === undefined) return [];
  if (--budget.groups < 0)
    throw new ModelFileError(`the weights lie in more than ${maximumGroups} groups: the file is damaged`);
  const config = isRecord(layer["config"]) ? layer["config"] : {};
  const { layers, layer: inner = {}, backward_layer: backward = inner, cell = {}, cells } = config;
  const names = new Set(group.keys());
  const inside = (name: string): Hdf5Group | undefined =>
    names.has(name) ? subgroup(group, name) : undefined;
  const child = (entry: unknown, name: string): readonly NamedWeight[] =>
    weightsOf(isRecord(entry) ? entry : {}, inside(name), `${path}${name}/`, budget);
  return [
    ...variables(inside("vars"), path),
    ...container(layers, inside("layers"), path, budget),
    ...child(inner, "layer"),
    ...child(inner, "forward_layer"),
    ...child(backward, "backward_layer"),
    ...child(cell, "cell"),
    ...container(cells, inside("cells"), path, budget),
  ];
}

function variables(vars: Hdf5Group | undefined, path: string): readonly NamedWeight[] {
  if (vars === undefined) return [];
  const keys = vars.keys().toSorted((a, b) => Number(a) - Number(b));
  return keys.map((key) => [`${path}vars/${key}`, arrayAt(vars, key)]);
}

function container(
  layers: unknown,
  group: Hdf5Group | undefined,
  path: string,
  budget: Budget,
): readonly NamedWeight[] {
  if (!Array.isArray(layers)) return [];
  const counts = new Map<string, number>();
  return layers
    .filter((layer) => isRecord(layer) && !isOperation(layer))
    .flatMap((layer: JsonObject) => {
      const name = snakeCase(String(layer["class_name"]));
      const count = counts.get(name) ?? 0;
      counts.set(name, count + 1);
      const { name: own } = isRecord(layer["config"]) ? layer["config"] : layer;
      const inner = subgroup(group, count === 0 ? name : `${name}_${count}`);
      return weightsOf(layer, inner, `${path}${own}/`, budget);
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
