/**
 * Multiply-adds of a model for one input: one multiply-add counts 1 (the paper's convention; "FLOPs" elsewhere often
 * means twice that). Convolutions and dense layers count; biases, normalisation, activations and pooling do not.
 */
import type * as tfl from "@tensorflow/tfjs-layers";
import { MetricsError } from "./errors.ts";
import { type LayerUse, layerUses, type Shape } from "./layer-uses.ts";

export interface LayerMacs {
  readonly name: string;
  readonly className: string;
  readonly macs: number;
}

export interface Macs {
  readonly total: number;
  /** One entry for each use of a layer that multiplies, in the model's order. */
  readonly layers: readonly LayerMacs[];
  /** Names of layers that have weights but no rule here: what they cost is not in the total. */
  readonly uncounted: readonly string[];
}

/** Shapes of one use of a layer: input and output without the batch, with the channels anywhere. */
interface Shapes {
  readonly input: Shape;
  readonly output: Shape;
  /** Of the layer's weights, in its order. */
  readonly weights: readonly Shape[];
}

type MacRule = (shapes: Shapes) => number;

const macRules: Readonly<Record<string, MacRule>> = {
  /** kernel `[k, cin, cout]`: every output number is a sum over `k · cin` */
  Conv1D: ({ weights: [kernel], output }) => product(output) * product(leading(kernel)),
  /** kernel `[kh, kw, cin, cout]` */
  Conv2D: ({ weights: [kernel], output }) => product(output) * product(leading(kernel)),
  /** kernel `[kd, kh, kw, cin, cout]` */
  Conv3D: ({ weights: [kernel], output }) => product(output) * product(leading(kernel)),
  /** kernel `[kh, kw, cout, cin]`: every input number goes into `kh · kw · cout` sums */
  Conv2DTranspose: ({ weights: [kernel], input }) => product(input) * product(leading(kernel)),
  /** kernel `[kh, kw, cin, multiplier]`, output `cin · multiplier` channels */
  DepthwiseConv2D: ({ weights: [kernel], output }) => product(output) * product(kernel?.slice(0, 2)),
  /** kernels `[kh, kw, cin, multiplier]` and `[1, 1, cin · multiplier, cout]` */
  SeparableConv2D: ({ weights: [depthwise, pointwise], output }) =>
    (product(output) / product(pointwise?.slice(-1))) * (product(depthwise) + product(pointwise)),
  /** kernel `[in, units]` */
  Dense: ({ weights: [kernel], output }) => product(output) * product(leading(kernel)),
};

/** They have weights, and the convention counts them as nothing. */
const free: ReadonlySet<string> = new Set(["BatchNormalization", "LayerNormalization", "PReLU", "Embedding"]);

/**
 * Models inside the model are counted, a layer that is used twice counts twice.
 *
 * @throws MetricsError where a size is left open (`[null, null, 3]` inputs): the count depends on it.
 *
 * @example countMacs(model).total;
 */
export function countMacs(model: tfl.LayersModel): Macs {
  const uses = layerUses(model);
  const layers = uses.flatMap((use) => {
    const { name } = use.layer;
    const className = use.layer.getClassName();
    const rule = macRules[className];
    return rule === undefined ? [] : [{ name, className, macs: rule(checkedShapes(use)) }];
  });
  const isUncounted = ({ layer }: LayerUse): boolean =>
    layer.weights.length > 0 && !(layer.getClassName() in macRules) && !free.has(layer.getClassName());
  const uncounted = new Set(uses.filter(isUncounted).map(({ layer }) => layer.name));
  return { total: layers.reduce((sum, { macs }) => sum + macs, 0), layers, uncounted: [...uncounted] };
}

function checkedShapes({ layer, input, output }: LayerUse): Shapes {
  for (const shape of [input, output]) {
    if (!shape.includes(null)) continue;
    throw new MetricsError(
      `layer "${layer.name}" has open sizes [${shape.map((size) => size ?? "?").join(", ")}]: give the model a fixed input`,
    );
  }
  return { input, output, weights: layer.weights.map(({ shape }) => shape) };
}

const leading = (shape: Shape | undefined): Shape => shape?.slice(0, -1) ?? [];

const product = (sizes: Shape | undefined): number => (sizes ?? []).reduce<number>((a, b) => a * (b ?? 0), 1);
