/** The tensors of a model in a weights file: name, shape and conversion from and to tfjs's layout. */
import { modelGraph, weightName } from "@secateur/model-graph";
import type * as tfl from "@tensorflow/tfjs-layers";
import { WeightsError } from "../errors.ts";
import type { WeightTensor } from "../formats/weight-tensor.ts";
import { flattenedShapes } from "./flatten-order.ts";
import { pytorchLayout, toPyTorchOrder, toTfjsOrder } from "./pytorch-layout.ts";

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
  /** Converts the weight's values to the file's tensor. */
  toFile(values: Float32Array): WeightTensor;
}

/**
 * - "secateur": names are paths, layouts are tfjs's.
 * - "pytorch": `backbone/conv1/kernel` is `backbone.conv1.weight`, in PyTorch's layout.
 */
export type WeightNaming = "secateur" | "pytorch";

/** @throws WeightsError for a layer that has no counterpart in PyTorch. */
export function expectedWeights(model: tfl.LayersModel, naming: WeightNaming): readonly ExpectedWeight[] {
  return naming === "secateur" ? expectedByPath(model) : expectedFromPyTorch(model);
}

function expectedByPath(model: tfl.LayersModel): readonly ExpectedWeight[] {
  return [...modelGraph(model).weights].map(([path, weight]) => {
    const shape = shapeOf(weight);
    return {
      weight,
      path,
      name: path,
      shape,
      convert: ({ data }) => data,
      toFile: (values) => ({ shape, data: values }),
    };
  });
}

function expectedFromPyTorch(model: tfl.LayersModel): readonly ExpectedWeight[] {
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
          `"${path}" (${layer.getClassName()}) has no counterpart in PyTorch: load and save it with the naming "secateur"`,
        );
      return {
        weight,
        path,
        name: `${layerPath.replaceAll("/", ".")}.${layout.parameter}`,
        shape: layout.shape,
        convert: (tensor) => toTfjsOrder(tensor, layout),
        toFile: (values) => toPyTorchOrder(values, layout),
      };
    });
  });
}

export function shapeOf({ shape }: tfl.LayerVariable): readonly number[] {
  return shape.map((size) => size ?? 0);
}
