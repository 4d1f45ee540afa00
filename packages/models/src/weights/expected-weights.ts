/** What a model asks of a weights file: for each of its weights the name, the shape, and how to turn it. */
import type * as tfl from "@tensorflow/tfjs-layers";
import { WeightsError } from "../errors.ts";
import type { WeightTensor } from "../formats/weight-tensor.ts";
import { flattenedFrom } from "./flatten-order.ts";
import { pytorchLayout, toTfjsOrder } from "./pytorch-layout.ts";

export type Weight = tfl.layers.Layer["weights"][number];

export interface WantedWeight {
  readonly weight: Weight;
  /** In the file. */
  readonly name: string;
  /** In the file. */
  readonly shape: readonly number[];
  /** The file's tensor in tfjs's order. */
  convert(tensor: WeightTensor): Float32Array;
}

/** For a file that `saveWeights` wrote: tfjs's names and layout. */
export function wantedByName(model: tfl.LayersModel): readonly WantedWeight[] {
  return model.weights.map((weight) => ({
    weight,
    name: weight.originalName,
    shape: shapeOf(weight),
    convert: ({ data }) => data,
  }));
}

/** For PyTorch's names and layout: the key is the layer's name and `weight`, `bias`, `running_mean`, `running_var`. */
export function wantedFromPyTorch(model: tfl.LayersModel): readonly WantedWeight[] {
  return model.layers.flatMap(wantedByLayer);
}

export function shapeOf({ shape }: Weight): readonly number[] {
  return shape.map((size) => size ?? 0);
}

function wantedByLayer(layer: tfl.layers.Layer): readonly WantedWeight[] {
  if ("layers" in layer) return (layer as tfl.LayersModel).layers.flatMap(wantedByLayer);
  const flattened = layer.weights.length > 0 ? flattenedFrom(layer) : undefined;
  return layer.weights.map((weight) => {
    const kind = weight.originalName.split("/").at(-1) ?? "";
    const layout = pytorchLayout(layer.getClassName(), kind, shapeOf(weight), flattened);
    if (layout === undefined)
      throw new WeightsError(
        `"${weight.originalName}" (${layer.getClassName()}) has no PyTorch counterpart: use a file of saveWeights`,
      );
    const { parameter, shape } = layout;
    return {
      weight,
      name: `${layer.name}.${parameter}`,
      shape,
      convert: (tensor) => toTfjsOrder(tensor, layout),
    };
  });
}
