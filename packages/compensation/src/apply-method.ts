/** The methods of compensation, and one of them applied to a model. */
import type { DependencyGraph } from "@secateur/dependency-graph";
import type { Plan } from "@secateur/surgery";
import type * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { type LayerRefit, leastSquares, meanIntoBias, outputScale } from "./layer-refit.ts";
import { recalibrate } from "./recalibrate.ts";
import { reconstructBlocks } from "./reconstruct-blocks.ts";
import { type RefitSettings, type RefittedLayer, refitLayers } from "./refit-layers.ts";
import type { SkippedLayer } from "./refit-sites.ts";

type RefitMethod = "least-squares" | "output-scale" | "mean-into-bias";

const refits: Readonly<Record<RefitMethod, LayerRefit>> = {
  "least-squares": leastSquares,
  "output-scale": outputScale,
  "mean-into-bias": meanIntoBias,
};

/**
 * - "least-squares": refits kernel and bias of every layer behind a removal.
 * - "output-scale": a factor and a shift for each of its output channels.
 * - "mean-into-bias": the shift alone.
 * - "batch-norm": recalibrates the moving averages; one forward pass.
 * - "block-reconstruction": refits all layers of a residual block together, by 80 steps of Adam per block; after "least-squares".
 */
export type CompensationMethod = RefitMethod | "batch-norm" | "block-reconstruction";

export const compensationMethods: readonly CompensationMethod[] = [
  "least-squares",
  "output-scale",
  "mean-into-bias",
  "batch-norm",
  "block-reconstruction",
];

export interface MethodReport {
  readonly method: CompensationMethod;
  /** Empty for "batch-norm"; for "block-reconstruction" the last layer of every block. */
  readonly layers: readonly RefittedLayer[];
  /** Layers behind a removal that keep their weights. */
  readonly skipped: readonly SkippedLayer[];
  readonly seconds: number;
  /** True if nothing was kept of it, because the outputs were closer to the original's before. */
  readonly isReverted: boolean;
}

/** As in `CompensateOptions`. */
type MethodSettings = { readonly [K in keyof RefitSettings]?: RefitSettings[K] | undefined };

/** Changes the model. */
export async function applyMethod(
  method: CompensationMethod,
  graph: DependencyGraph,
  model: tfl.LayersModel,
  plan: Plan,
  minibatches: readonly (readonly tf.Tensor[])[],
  { ridge, positions, seed = 0, onLayer = () => undefined }: MethodSettings,
): Promise<Omit<MethodReport, "isReverted">> {
  const start = performance.now();
  const seconds = (): number => (performance.now() - start) / 1000;
  if (method === "batch-norm") {
    recalibrate(model, minibatches);
    return { method, layers: [], skipped: [], seconds: seconds() };
  }
  if (method === "block-reconstruction") {
    const { layers, skipped } = await reconstructBlocks(graph, model, plan, minibatches, { onLayer });
    return { method, layers, skipped, seconds: seconds() };
  }
  const settings = { ridge, positions, seed, onLayer };
  const { layers, skipped } = await refitLayers(graph, model, plan, minibatches, refits[method], settings);
  return { method, layers, skipped, seconds: seconds() };
}
