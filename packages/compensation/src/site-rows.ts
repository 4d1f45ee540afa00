/** What one minibatch contributes to the refit of a layer, at sampled output positions. */

import type { Random } from "@secateur/base";
import type { GraphTensor, ModelGraph } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { type AffineMap, applyColumns } from "./affine-map.ts";
import type { LinearLayer } from "./linear-layers/linear-layer.ts";
import { valuesAt } from "./linear-layers/patches.ts";
import { drawPositions, type Positions } from "./linear-layers/positions.ts";
import type { ModelWalk } from "./model-walk.ts";
import type { RefitSite } from "./refit-sites.ts";

/** Tensors of one minibatch; the caller disposes them. */
export type SiteRows = {
  /** The smaller model's features, `[groups, rows, features]`. */
  readonly features: tf.Tensor3D;
  /** The rest of the smaller model's sum, if the site ends in an addition, `[rows, channels]`. */
  readonly others: tf.Tensor2D | undefined;
  /** The compared tensor of the original, `[rows, channels that are kept]`. */
  readonly target: tf.Tensor2D;
};

/** One of the two models while it is run up to a site. */
export interface WalkedModel {
  readonly graph: ModelGraph;
  readonly walk: ModelWalk;
}

interface RowOptions {
  /** Positions per example. */
  readonly perExample: number;
  readonly random: Random;
}

export interface OriginalLayer {
  /** The compared tensor; null where it is computed from the layer's input. */
  readonly tensor: GraphTensor | null;
  /** The channels of its output that the smaller model keeps; null for all. */
  readonly kept: Int32Array | null;
  /** The layer with its batch normalisation. */
  readonly map: AffineMap;
}

export function siteRows(
  site: RefitSite,
  layerOfOriginal: OriginalLayer,
  [original, smaller]: readonly [WalkedModel, WalkedModel],
  minibatch: number,
  options: RowOptions,
): SiteRows {
  return tf.tidy(() => {
    const { layer, inputs } = callAt(smaller.graph, site.call);
    const x = smaller.walk.value(minibatch, inputs[0] as never);
    const positions = positionsFor(site.linear, layer, x, options);
    const features = featuresAt(site, smaller, minibatch, positions);
    const others = othersAt(site, smaller, minibatch, positions);
    return { features, others, target: targetAt(site, layerOfOriginal, original, minibatch, positions) };
  });
}

function targetAt(
  site: RefitSite,
  { tensor, kept, map }: OriginalLayer,
  original: WalkedModel,
  minibatch: number,
  positions: Positions,
): tf.Tensor2D {
  const output =
    tensor === null
      ? tf.add(applyColumns(featuresAt(site, original, minibatch, positions), map.columns), map.shift)
      : valuesAt(original.walk.value(minibatch, tensor), positions);
  return kept === null
    ? (output as tf.Tensor2D)
    : tf.gather(output as tf.Tensor2D, tf.tensor1d(kept, "int32"), 1);
}

/** Positions of the layer's output. @param x - The layer's input. */
export function positionsFor(
  linear: LinearLayer,
  layer: tfl.layers.Layer,
  x: tf.Tensor,
  { perExample, random }: RowOptions,
): Positions {
  const places = linear.outputSizes(layer, x.shape).reduce((a, b) => a * b, 1);
  return drawPositions(x.shape[0] ?? 0, places, perExample, random);
}

function featuresAt(
  { call: index, linear }: RefitSite,
  { graph, walk }: WalkedModel,
  minibatch: number,
  positions: Positions,
): tf.Tensor3D {
  const { layer, inputs } = callAt(graph, index);
  return linear.features(layer, walk.value(minibatch, inputs[0] as never), positions);
}

/** The sum of the other inputs of the site's addition; undefined without an addition. */
function othersAt(
  { addition }: RefitSite,
  { graph, walk }: WalkedModel,
  minibatch: number,
  positions: Positions,
): tf.Tensor2D | undefined {
  if (addition === null) return undefined;
  const { inputs } = callAt(graph, addition.call);
  const values = addition.others.map((i) => valuesAt(walk.value(minibatch, inputs[i] as never), positions));
  return tf.addN(values);
}

function callAt({ calls }: ModelGraph, index: number): ModelGraph["calls"][number] {
  const call = calls[index];
  if (call === undefined) throw new RangeError(`no layer call ${index}`);
  return call;
}
