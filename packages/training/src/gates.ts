/**
 * Gates: numbers z = 1 that multiply the channels of what a layer gets or gives, so that ∂E/∂z tells what the channel is
 * worth (Molchanov et al., CVPR 2019, arXiv 1906.10771, section 3.3). Each example has gates of its own. As z is 1, no
 * product is taken on the way forward; on the way back `∂E/∂z = Σ x · ∂E/∂x` over the positions.
 */
import { positionProducts } from "@secateur/backend/ops";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { TrainingError } from "./errors.ts";
import { isModel } from "./layer-uses.ts";
import type { Taps } from "./run-layers.ts";

export interface GateSite {
  readonly layer: string;
  /** On what the layer gets (where other layers that read the same tensor do not notice), or on what it gives. */
  readonly at: "input" | "output";
}

/** The gates of one pass. */
export interface Gates {
  readonly taps: Taps;
  readonly inputTaps: Taps;
  /** `[batch, channels]` for each site: what to differentiate with respect to. */
  readonly tensors: readonly tf.Tensor2D[];
}

/**
 * One gate for each example and each channel on the last axis of every site. A layer that is used twice has one set.
 *
 * @throws TrainingError for a layer that the model does not have, or whose channels it leaves open.
 */
export function openGates(model: tfl.LayersModel, sites: readonly GateSite[], batchSize: number): Gates {
  const layers = layersByName(model);
  const keys = sites.map(({ layer, at }) => `${layer} ${at}`);
  if (new Set(keys).size < keys.length)
    throw new TrainingError("two gates are on the same side of the same layer");
  const gates = sites.map((site) => {
    const z: tf.Tensor2D = tf.ones([batchSize, channelsOf(layers.get(site.layer), site)]);
    return { ...site, z };
  });
  const tapsAt = (side: GateSite["at"]): Taps =>
    Object.fromEntries(
      gates.filter(({ at }) => at === side).map(({ layer, z }) => [layer, (x) => throughGate(x, z)]),
    );
  return { taps: tapsAt("output"), inputTaps: tapsAt("input"), tensors: gates.map(({ z }) => z) };
}

/** `x · z` for z = 1. @param x `[batch, ..., channels]` @param z `[batch, channels]` */
function throughGate(x: tf.Tensor, z: tf.Tensor2D): tf.Tensor {
  const gate = tf.customGrad((input, _, save) => {
    (save as tf.GradSaveFunc)([input as tf.Tensor]);
    return {
      value: tf.clone(input as tf.Tensor),
      gradFunc: (dy, [saved]) => [dy, positionProducts(saved as tf.Tensor, dy)],
    };
  });
  return gate(x, z);
}

function channelsOf(layer: tfl.layers.Layer | undefined, { layer: name, at }: GateSite): number {
  if (layer === undefined) throw new TrainingError(`the model has no layer "${name}" to put a gate on`);
  const uses = layer.inboundNodes.map((_, node) =>
    at === "input" ? layer.getInputAt(node) : layer.getOutputAt(node),
  );
  const counts = new Set(uses.flat().map(({ shape }) => shape.at(-1)));
  if (counts.size > 1)
    throw new TrainingError(
      `layer "${name}" is used on different numbers of channels: it cannot have one set of gates`,
    );
  const [channels] = counts;
  if (typeof channels === "number") return channels;
  throw new TrainingError(`the ${at} of layer "${name}" has no fixed number of channels to put gates on`);
}

/** Those of models inside the model, too. */
function layersByName(model: tfl.LayersModel): ReadonlyMap<string, tfl.layers.Layer> {
  const entries = (layer: tfl.layers.Layer): readonly (readonly [string, tfl.layers.Layer])[] =>
    isModel(layer) ? [[layer.name, layer], ...layer.layers.flatMap(entries)] : [[layer.name, layer]];
  return new Map(model.layers.flatMap(entries));
}
