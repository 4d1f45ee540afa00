/**
 * Multiply-adds (MACs) of a model for one input: one multiply-add counts 1, the paper's convention. `mac-rules.ts` says which
 * layers count.
 */
import {
  fixedShapes,
  type GraphTensor,
  type InputShape,
  type LayerCall,
  modelGraph,
  type Shape,
} from "@secateur/model-graph";
import type * as tfl from "@tensorflow/tfjs-layers";
import { MetricsError } from "./errors.ts";
import { type CallShapes, macRuleOf } from "./mac-rules.ts";
import { uncountedLayers } from "./uncounted-layers.ts";

export interface MacsOptions {
  /** The sizes of the inputs, for a model with open ones. Default: the model's own. */
  readonly inputShape?: InputShape | undefined;
}

export interface LayerMacs {
  /** The layer's path, for instance `backbone/conv1`. */
  readonly path: string;
  readonly className: string;
  readonly macs: number;
}

export interface Macs {
  readonly total: number;
  /** One entry per call of a counted layer, in the model's order. */
  readonly layers: readonly LayerMacs[];
  /** Paths of layers with weights of a class without a rule: the total does not include them. */
  readonly uncounted: readonly string[];
}

/**
 * Nested models are included; a layer that is called twice counts twice.
 *
 * @throws MetricsError for open sizes (an input `[null, null, 3]`) without `inputShape`, because the count depends on them.
 *
 * @example countMacs(model, { inputShape: [224, 224, 3] }).total;
 */
export function countMacs(model: tfl.LayersModel, { inputShape }: MacsOptions = {}): Macs {
  const shapeOf = fixedShapes(model, inputShape);
  const layers = modelGraph(model).calls.flatMap((call) => {
    const { path, className, layer } = call;
    const rule = macRuleOf(className, layer.getConfig());
    return typeof rule === "function" ? [{ path, className, macs: rule(shapesOf(call, shapeOf)) }] : [];
  });
  const uncounted = uncountedLayers(model).layers.map(({ path }) => path);
  return { total: layers.reduce((sum, { macs }) => sum + macs, 0), layers, uncounted };
}

/** Whether `countMacs` requires `inputShape`: a layer that counts has open sizes. */
export function needsInputShape(model: tfl.LayersModel): boolean {
  const shapeOf = fixedShapes(model);
  const isOpen = (tensor: GraphTensor): boolean => shapeOf(tensor).includes(null);
  return modelGraph(model).calls.some(
    ({ className, layer, inputs, outputs }) =>
      typeof macRuleOf(className, layer.getConfig()) === "function" && [...inputs, ...outputs].some(isOpen),
  );
}

function shapesOf(
  { path, layer, inputs, outputs }: LayerCall,
  shapeOf: (tensor: GraphTensor) => Shape,
): CallShapes {
  const shapes = { inputs: inputs.map(shapeOf), output: outputs.map(shapeOf)[0] ?? [] };
  for (const shape of [...shapes.inputs, shapes.output]) {
    if (!shape.includes(null)) continue;
    throw new MetricsError(
      `layer "${path}" has open sizes [${shape.map((size) => size ?? "?").join(", ")}]: pass inputShape, the sizes of the ` +
        "model's input without the batch, for instance [224, 224, 3]",
    );
  }
  return { ...shapes, weights: layer.weights.map(({ shape }) => shape), config: layer.getConfig() };
}
