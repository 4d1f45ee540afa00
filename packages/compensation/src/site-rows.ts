/** What one minibatch contributes to the refit of a layer, at sampled output positions. */

import type { Random } from "@secateur/base";
import type { ModelGraph } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import { affineMap, applyColumns } from "./affine-map.ts";
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

/** @param kept - The channels of the original's output that the smaller model keeps; null for all. */
export function siteRows(
  site: RefitSite,
  kept: Int32Array | null,
  [original, smaller]: readonly [WalkedModel, WalkedModel],
  minibatch: number,
  options: { readonly perExample: number; readonly random: Random },
): SiteRows {
  return tf.tidy(() => {
    const positions = positionsFor(site, smaller, minibatch, options);
    const features = featuresAt(site, smaller, minibatch, positions);
    const others = othersAt(site, smaller, minibatch, positions);
    const output = tf.add(
      outputAt(site, original, minibatch, positions),
      othersAt(site, original, minibatch, positions) ?? 0,
    );
    const target = kept === null ? output : tf.gather(output, tf.tensor1d(kept, "int32"), 1);
    return { features, others, target: target as tf.Tensor2D };
  });
}

function positionsFor(
  site: RefitSite,
  { graph, walk }: WalkedModel,
  minibatch: number,
  { perExample, random }: { readonly perExample: number; readonly random: Random },
): Positions {
  const call = callAt(graph, site.call);
  const [input] = call.inputs;
  if (input === undefined) throw new RangeError(`layer "${site.layer}" has no input`);
  const { shape } = walk.value(minibatch, input);
  const places = site.linear.outputSizes(call.layer, shape).reduce((a, b) => a * b, 1);
  return drawPositions(shape[0] ?? 0, places, perExample, random);
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

/** The layer's output after its batch normalisation, `[rows, channels]`. */
function outputAt(site: RefitSite, model: WalkedModel, minibatch: number, positions: Positions): tf.Tensor2D {
  const { graph } = model;
  const { linear, normalization } = site;
  const following = normalization === null ? undefined : callAt(graph, normalization);
  const { columns, shift } = affineMap(linear, callAt(graph, site.call), following);
  return tf.add(applyColumns(featuresAt(site, model, minibatch, positions), columns), shift);
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
