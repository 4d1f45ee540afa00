/**
 * Multiply-adds (MACs) of a model for one input: one multiply-add counts 1, the paper's convention. `mac-rules.ts` says which
 * layers count.
 */
import { type LayerCall, modelGraph, type Shape } from "@secateur/model-graph";
import type * as tfl from "@tensorflow/tfjs-layers";
import { MetricsError } from "./errors.ts";
import { type CallShapes, macRuleOf } from "./mac-rules.ts";

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
 * @throws MetricsError for open sizes (an input `[null, null, 3]`), because the count depends on them.
 *
 * @example countMacs(model).total;
 */
export function countMacs(model: tfl.LayersModel): Macs {
  const { calls } = modelGraph(model);
  const layers = calls.flatMap((call) => {
    const { path, className } = call;
    const rule = macRuleOf(className);
    return typeof rule === "function" ? [{ path, className, macs: rule(shapesOf(call)) }] : [];
  });
  const isUncounted = ({ layer, className }: LayerCall): boolean =>
    layer.weights.length > 0 && macRuleOf(className) === undefined;
  const uncounted = new Set(calls.filter(isUncounted).map(({ path }) => path));
  return { total: layers.reduce((sum, { macs }) => sum + macs, 0), layers, uncounted: [...uncounted] };
}

function shapesOf({ path, layer, inputs, outputs }: LayerCall): CallShapes {
  const withoutBatch = (tensors: LayerCall["inputs"]): readonly Shape[] =>
    tensors.map(({ shape }) => shape.slice(1));
  const shapes = { inputs: withoutBatch(inputs), output: withoutBatch(outputs)[0] ?? [] };
  for (const shape of [...shapes.inputs, shapes.output]) {
    if (!shape.includes(null)) continue;
    throw new MetricsError(
      `layer "${path}" has open sizes [${shape.map((size) => size ?? "?").join(", ")}]: build the model with a fixed input shape`,
    );
  }
  return { ...shapes, weights: layer.weights.map(({ shape }) => shape) };
}
