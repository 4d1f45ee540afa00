/**
 * Multiply-adds of a model for one input: one multiply-add counts 1 (the paper's convention; "FLOPs" elsewhere often
 * means twice that). Convolutions and dense layers count; biases, normalisation, activations and pooling do not.
 */
import type * as tfl from "@tensorflow/tfjs-layers";
import { MetricsError } from "./errors.ts";

export interface LayerMacs {
  readonly name: string;
  readonly className: string;
  readonly macs: number;
}

export interface Macs {
  readonly total: number;
  /** One entry for each use of a layer that multiplies, in the model's order. */
  readonly layers: readonly LayerMacs[];
}

type Shape = readonly (number | null)[];

/** From the kernel's shape and the output's shape without batch, to multiply-adds. */
type MacRule = (kernel: Shape, output: Shape) => number;

const macRules: Readonly<Record<string, MacRule>> = {
  /** kernel `[kh, kw, cin, cout]`, output `[h, w, cout]` */
  Conv2D: (kernel, output) => product(kernel) * product(output.slice(0, -1)),
  /** kernel `[kh, kw, cin, multiplier]`, output `[h, w, cin · multiplier]` */
  DepthwiseConv2D: (kernel, output) => product(kernel) * product(output.slice(0, -1)),
  /** kernel `[in, units]`, output `[..., units]` */
  Dense: (kernel, output) => product(kernel) * product(output.slice(0, -1)),
};

/** Throws `MetricsError` where a size is left open (`[null, null, 3]` inputs): the count depends on it. */
export function countMacs(model: tfl.LayersModel): Macs {
  const layers = model.layers.flatMap((layer) => {
    const rule = macRules[layer.getClassName()];
    const kernel = layer.weights[0]?.shape;
    if (rule === undefined || kernel === undefined) return [];
    const nodes = layer.inboundNodes as unknown as readonly {
      readonly outputShapes: readonly (Shape | Shape[])[];
    }[];
    return nodes.map(({ outputShapes }) => {
      const output = (outputShapes[0] as Shape).slice(1);
      if (output.includes(null)) {
        throw new MetricsError(
          `layer "${layer.name}" has open sizes [${output.join(", ")}]: give the model a fixed input`,
        );
      }
      return { name: layer.name, className: layer.getClassName(), macs: rule(kernel, output) };
    });
  });
  return { total: layers.reduce((sum, { macs }) => sum + macs, 0), layers };
}

const product = (sizes: Shape): number => sizes.reduce<number>((a, b) => a * (b ?? 0), 1);
