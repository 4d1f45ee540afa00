/**
 * A model's weights by path: the layer's path and the weight's own name, for instance `backbone/conv1/kernel`. The names of
 * weights of wrapped layers and cells begin with the part: `forward.kernel` of a Bidirectional, `cell0.kernel` of stacked cells.
 */
import type * as tfl from "@tensorflow/tfjs-layers";
import { layerParts } from "./layer-parts.ts";

export type NamedWeights = ReadonlyMap<string, tfl.LayerVariable>;

/** A weight's name without those of the layers that hold it, for instance `kernel`. */
export function weightName({ originalName }: tfl.LayerVariable): string {
  return originalName.slice(originalName.lastIndexOf("/") + 1);
}

/** A weight of a layer by its name, for instance `kernel`, or `forward.kernel` of a Bidirectional. */
export function layerWeight(layer: tfl.layers.Layer, name: string): tfl.LayerVariable | undefined {
  return namesIn(layer).find(([own]) => own === name)?.[1];
}

/** In the order of `model.weights`. Unlike tfjs's weight names, paths do not depend on other models of the process. */
export function weightPaths(
  model: tfl.LayersModel,
  layers: ReadonlyMap<string, tfl.layers.Layer>,
): NamedWeights {
  const paths = new Map<tfl.LayerVariable, string>();
  for (const [path, layer] of layers) {
    for (const [name, weight] of namesIn(layer)) if (!paths.has(weight)) paths.set(weight, `${path}/${name}`);
  }
  return new Map(model.weights.map((weight) => [paths.get(weight) ?? weight.originalName, weight]));
}

/** Weights of one name in a custom layer are numbered from the second on. */
function namesIn(layer: tfl.layers.Layer): readonly (readonly [string, tfl.LayerVariable])[] {
  const parts = layerParts(layer);
  if (parts.length > 0)
    return parts.flatMap((part) =>
      namesIn(part.layer).map(
        ([name, weight]) => [part.name === "" ? name : `${part.name}.${name}`, weight] as const,
      ),
    );
  const seen = new Map<string, number>();
  return layer.weights.map((weight) => {
    const name = weightName(weight);
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return [count === 1 ? name : `${name}_${count}`, weight];
  });
}
