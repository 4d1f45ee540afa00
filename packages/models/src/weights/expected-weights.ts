/** The tensors that a model expects from a weights file: name, shape and conversion to tfjs's layout. */
import { modelGraph, weightName } from "@secateur/model-graph";
import type * as tfl from "@tensorflow/tfjs-layers";
import { WeightsError } from "../errors.ts";
import type { WeightTensor } from "../formats/weight-tensor.ts";
import { flattenedShapes } from "./flatten-order.ts";
import { pytorchLayout, toTfjsOrder } from "./pytorch-layout.ts";

export interface ExpectedWeight {
  readonly weight: tfl.LayerVariable;
  /** In the model, for instance `backbone/conv1/kernel`. */
  readonly path: string;
  /** In the file. */
  readonly name: string;
  /** In the file. */
  readonly shape: readonly number[];
  /** Converts the file's tensor to the weight's layout. */
  convert(tensor: WeightTensor): Float32Array;
}

/** For a file of `saveWeights`: names are paths, layouts are tfjs's. */
export function expectedByPath(model: tfl.LayersModel): readonly ExpectedWeight[] {
  return [...modelGraph(model).weights].map(([path, weight]) => ({
    weight,
    path,
    name: path,
    shape: shapeOf(weight),
    convert: ({ data }) => data,
  }));
}

/** For PyTorch's names and layouts: `backbone/conv1/kernel` is `backbone.conv1.weight`. */
export function expectedFromPyTorch(model: tfl.LayersModel): readonly ExpectedWeight[] {
  const { calls, layers, weights } = modelGraph(model);
  const paths = new Map([...weights].map(([path, weight]) => [weight, path]));
  const flattenedShape = flattenedShapes(calls);
  return [...layers].flatMap(([layerPath, layer]) => {
    const call = layer.weights.length > 0 ? calls.find((each) => each.layer === layer) : undefined;
    const flattened = call && flattenedShape(call);
    return layer.weights.map((weight) => {
      const path = paths.get(weight) ?? weight.originalName;
      const layout = pytorchLayout(layer.getClassName(), weightName(weight), shapeOf(weight), flattened);
      if (layout === undefined)
        throw new WeightsError(
          `"${path}" (${layer.getClassName()}) has no counterpart in PyTorch: use a file of saveWeights`,
        );
      return {
        weight,
        path,
        name: `${layerPath.replaceAll("/", ".")}.${layout.parameter}`,
        shape: layout.shape,
        convert: (tensor) => toTfjsOrder(tensor, layout),
      };
    });
  });
}

export function shapeOf({ shape }: tfl.LayerVariable): readonly number[] {
  return shape.map((size) => size ?? 0);
}
