/** Chooses layers by name, by a pattern with wildcards, or by a function. */
import { modelGraph } from "@secateur/model-graph";
import type * as tfl from "@tensorflow/tfjs-layers";
import { isMatch } from "matcher";
import { shown } from "./check-fields.ts";
import { PrunerError } from "./errors.ts";

/**
 * A layer's name or path, or a pattern of them in which `*` stands for any text: `conv1`, `stage3_*`, `backbone/*`. A
 * pattern without "/" is compared with the name, any other with the path.
 */
export type LayerPattern = string | ((path: string, layer: tfl.layers.Layer) => boolean);

export type LayerFilter = LayerPattern | readonly LayerPattern[];

/**
 * @param option - The filter's name, for messages.
 * @returns Whether the layer of a path matches any of the patterns.
 * @throws PrunerError for a text that matches no layer of the model: it is probably misspelled.
 */
export function layerMatcher(
  model: tfl.LayersModel,
  option: string,
  filter: LayerFilter,
): (path: string) => boolean {
  const layers = [...modelGraph(model).layers];
  const matching = new Set<string>();
  for (const pattern of [filter].flat()) {
    if (typeof pattern !== "string" && typeof pattern !== "function")
      throw new PrunerError(
        `selection.${option} must be names or patterns of layers, or functions of a path, not ${shown(pattern)}`,
      );
    const matched = layers.filter(([path, layer]) => matches(pattern, path, layer));
    if (matched.length === 0 && typeof pattern === "string") {
      throw new PrunerError(
        `selection.${option}: no layer of "${model.name}" matches "${pattern}"; its layers are ` +
          `${layers.map(([path]) => path).join(", ")}`,
      );
    }
    for (const [path] of matched) matching.add(path);
  }
  return (path) => matching.has(path);
}

function matches(pattern: LayerPattern, path: string, layer: tfl.layers.Layer): boolean {
  if (typeof pattern === "function") return pattern(path, layer);
  const name = pattern.includes("/") ? path : layer.name;
  return pattern === name || isMatch(name, pattern, { caseSensitive: true });
}
