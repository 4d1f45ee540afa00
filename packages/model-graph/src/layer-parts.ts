/**
 * The layers inside a layer: the forward and backward layers of a Bidirectional, the layer of a TimeDistributed, the cells of
 * an RNN. tfjs-layers has no public accessor for them.
 */
import type * as tfl from "@tensorflow/tfjs-layers";
import { isModel } from "./is-model.ts";
import { layerPaths } from "./layer-paths.ts";

export interface LayerPart {
  /** Names its weights within the outer layer; empty where it is the only part. */
  readonly name: string;
  readonly layer: tfl.layers.Layer;
}

type Layer = tfl.layers.Layer;

/** The fields of wrappers and RNNs, which their types do not declare. */
interface Inside {
  readonly forwardLayer: Layer;
  readonly backwardLayer: Layer;
  readonly layer: Layer;
  readonly cell: Layer;
  readonly cells: readonly Layer[];
}

const partsOf: Readonly<Record<string, (inside: Inside) => readonly LayerPart[]>> = {
  Bidirectional: ({ forwardLayer, backwardLayer }) => [
    { name: "forward", layer: forwardLayer },
    { name: "backward", layer: backwardLayer },
  ],
  TimeDistributed: ({ layer }) => (isModel(layer) ? layersOf(layer) : [{ name: "", layer }]),
  RNN: ({ cell }) => [{ name: "", layer: cell }],
  StackedRNNCells: ({ cells }) => cells.map((layer, i) => ({ name: `cell${i}`, layer })),
};

/** The layer or model inside a TimeDistributed. */
export function wrappedLayer(layer: tfl.layers.Layer): tfl.layers.Layer {
  return (layer as unknown as Inside).layer;
}

/** Empty for a layer that has no layers inside. */
export function layerParts(layer: tfl.layers.Layer): readonly LayerPart[] {
  const className = layer.getClassName();
  return Object.hasOwn(partsOf, className) ? (partsOf[className]?.(layer as unknown as Inside) ?? []) : [];
}

const layersOf = (model: tfl.LayersModel): readonly LayerPart[] =>
  [...layerPaths(model).layers].map(([path, layer]) => ({ name: path.replaceAll("/", "."), layer }));
