/**
 * Multiply-adds (MACs) of a model for one input: one multiply-add counts 1, the paper's convention. Convolutions and dense
 * layers count; biases, normalisation, activations and pooling do not.
 */
import { type LayerCall, modelGraph, type Shape } from "@secateur/model-graph";
import type * as tfl from "@tensorflow/tfjs-layers";
import { MetricsError } from "./errors.ts";

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
  /** Paths of layers with weights but without a rule: the total does not include them. */
  readonly uncounted: readonly string[];
}

/** Shapes of one call of a layer: first input and first output, without the batch axis. */
interface Shapes {
  readonly input: Shape;
  readonly output: Shape;
  /** In the order of `layer.weights`. */
  readonly weights: readonly Shape[];
}

type MacRule = (shapes: Shapes) => number;

const macRules: Readonly<Record<string, MacRule>> = {
  /** kernel `[k, cin, cout]`: each output value is a sum of `k · cin` products */
  Conv1D: ({ weights: [kernel], output }) => product(output) * product(leading(kernel)),
  /** kernel `[kh, kw, cin, cout]` */
  Conv2D: ({ weights: [kernel], output }) => product(output) * product(leading(kernel)),
  /** kernel `[kd, kh, kw, cin, cout]` */
  Conv3D: ({ weights: [kernel], output }) => product(output) * product(leading(kernel)),
  /** kernel `[kh, kw, cout, cin]`: each input value is a factor of `kh · kw · cout` products */
  Conv2DTranspose: ({ weights: [kernel], input }) => product(input) * product(leading(kernel)),
  /** kernel `[kh, kw, cin, multiplier]`, output `cin · multiplier` channels */
  DepthwiseConv2D: ({ weights: [kernel], output }) => product(output) * product(kernel?.slice(0, 2)),
  /** kernels `[kh, kw, cin, multiplier]` and `[1, 1, cin · multiplier, cout]` */
  SeparableConv2D: ({ weights: [depthwise, pointwise], output }) =>
    (product(output) / product(pointwise?.slice(-1))) * (product(depthwise) + product(pointwise)),
  /** kernel `[in, units]` */
  Dense: ({ weights: [kernel], output }) => product(output) * product(leading(kernel)),
};

/** Layer classes with weights that the convention does not count. */
const excluded: ReadonlySet<string> = new Set([
  "BatchNormalization",
  "LayerNormalization",
  "PReLU",
  "Embedding",
]);

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
    const rule = macRules[className];
    return rule === undefined ? [] : [{ path, className, macs: rule(shapesOf(call)) }];
  });
  const isUncounted = ({ layer, className }: LayerCall): boolean =>
    layer.weights.length > 0 && !(className in macRules) && !excluded.has(className);
  const uncounted = new Set(calls.filter(isUncounted).map(({ path }) => path));
  return { total: layers.reduce((sum, { macs }) => sum + macs, 0), layers, uncounted: [...uncounted] };
}

function shapesOf({ path, layer, inputs, outputs }: LayerCall): Shapes {
  const [input = [], output = []] = [inputs[0], outputs[0]].map((tensor) => tensor?.shape.slice(1));
  for (const shape of [input, output]) {
    if (!shape.includes(null)) continue;
    throw new MetricsError(
      `layer "${path}" has open sizes [${shape.map((size) => size ?? "?").join(", ")}]: build the model with a fixed input shape`,
    );
  }
  return { input, output, weights: layer.weights.map(({ shape }) => shape) };
}

const leading = (shape: Shape | undefined): Shape => shape?.slice(0, -1) ?? [];

const product = (sizes: Shape | undefined): number => (sizes ?? []).reduce<number>((a, b) => a * (b ?? 0), 1);
