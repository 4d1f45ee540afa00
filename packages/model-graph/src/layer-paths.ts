/**
 * The path of a layer: the names of the nested models that contain it and its own name, joined by "/", for instance
 * `backbone/conv1`. The path of a layer of the outermost model is its name.
 */
import type * as tfl from "@tensorflow/tfjs-layers";
import { ModelGraphError } from "./errors.ts";
import { isModel } from "./is-model.ts";

export interface LayerPaths {
  /** Every layer that is not a model, by path, in the order of `model.layers`. */
  readonly layers: ReadonlyMap<string, tfl.layers.Layer>;
  /** @throws ModelGraphError for a layer of another model. */
  readonly pathOf: (layer: tfl.layers.Layer) => string;
}

export function layerPaths(model: tfl.LayersModel): LayerPaths {
  const paths = new Map<tfl.layers.Layer, string>();
  const layers = new Map<string, tfl.layers.Layer>();
  const visit = (nested: tfl.LayersModel, prefix: string): void => {
    for (const layer of nested.layers) {
      if (paths.has(layer)) continue; // shared between two models: the first path is used
      const path = `${prefix}${layer.name}`;
      paths.set(layer, path);
      if (isModel(layer)) visit(layer, `${path}/`);
      else if (layers.has(path))
        throw new ModelGraphError(`two layers have the path "${path}": give one of them another name`);
      else layers.set(path, layer);
    }
  };
  visit(model, "");
  const pathOf = (layer: tfl.layers.Layer): string => {
    const path = paths.get(layer);
    if (path !== undefined) return path;
    if (layer.getClassName() === "InputLayer") return layer.name; // a Sequential does not list its InputLayer
    throw new ModelGraphError(`layer "${layer.name}" is not part of model "${model.name}"`);
  };
  return { layers, pathOf };
}
