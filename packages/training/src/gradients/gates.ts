/**
 * Gates: factors z = 1 on the channels of a layer's input or output. ∂L/∂z, the gradient of the loss, estimates the importance
 * of the channel (Molchanov et al., CVPR 2019, arXiv 1906.10771, section 3.3). Every example has its own gates. The forward
 * pass is the identity; the backward pass computes `∂L/∂z = Σ x · ∂L/∂x`, summed over height and width.
 */
import { positionProducts } from "@secateur/backend/ops";
import { modelGraph } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { TrainingError } from "../errors.ts";
import type { Hooks } from "../forward/pass.ts";
import { isRecurrent } from "../forward/recurrent.ts";
import { requireChannelsLast } from "./require-channels-last.ts";

/** The location of a set of gates. */
export interface GateSite {
  /** The layer's path. */
  readonly layer: string;
  /** On the layer's input (other layers that read the same tensor are not affected) or on its output. */
  readonly at: "input" | "output";
}

/** The key of a site in the `gates` of a result. */
export function siteKey({ layer, at }: GateSite): string {
  return `${at} of ${layer}`;
}

/** The gates of one pass. */
export interface Gates {
  readonly outputHooks: Hooks;
  readonly inputHooks: Hooks;
  /** The gates z by site key, `[batch, channels]` each. */
  readonly tensors: ReadonlyMap<string, tf.Tensor2D>;
}

/**
 * Creates one gate per example and channel at every site. A layer that is called twice has one set of gates.
 *
 * @throws TrainingError for a layer that the model does not have, without a fixed number of channels, or with channels first.
 */
export function createGates(model: tfl.LayersModel, sites: readonly GateSite[], batchSize: number): Gates {
  requireChannelsLast(
    model,
    sites.map(({ layer }) => layer),
  );
  const tensors = new Map<string, tf.Tensor2D>();
  const hooks = { input: new Map<string, Hooks[string]>(), output: new Map<string, Hooks[string]>() };
  for (const site of sites) {
    if (tensors.has(siteKey(site))) continue;
    const z: tf.Tensor2D = tf.ones([batchSize, channelsAt(model, site)]);
    tensors.set(siteKey(site), z);
    hooks[site.at].set(site.layer, (x) => applyGate(x, z));
  }
  return {
    tensors,
    inputHooks: Object.fromEntries(hooks.input),
    outputHooks: Object.fromEntries(hooks.output),
  };
}

/**
 * `x · z` for z = 1.
 *
 * @param x - `[batch, ..., channels]`
 * @param z - `[batch, channels]`
 */
function applyGate(x: tf.Tensor, z: tf.Tensor2D): tf.Tensor {
  const gate = tf.customGrad((input, _, save) => {
    (save as tf.GradSaveFunc)([input as tf.Tensor]);
    return {
      value: tf.clone(input as tf.Tensor),
      gradFunc: (dy, [saved]) => [dy, positionProducts(saved as tf.Tensor, dy)],
    };
  });
  return gate(x, z);
}

function channelsAt(model: tfl.LayersModel, { layer, at }: GateSite): number {
  const calls = modelGraph(model).calls.filter(({ path }) => path === layer);
  if (calls.length === 0) throw new TrainingError(`the model has no layer "${layer}" to put a gate on`);
  const tensors = calls.flatMap((call) => {
    const all = at === "input" ? call.inputs : call.outputs;
    return isRecurrent(call) ? all.slice(0, 1) : all;
  });
  const counts = new Set(tensors.map(({ shape }) => shape.at(-1)));
  if (counts.size > 1) {
    throw new TrainingError(
      `layer "${layer}" is called on different numbers of channels: it cannot have one set of gates`,
    );
  }
  const [channels] = counts;
  if (typeof channels === "number") return channels;
  throw new TrainingError(`the ${at} of layer "${layer}" has no fixed number of channels to put gates on`);
}
