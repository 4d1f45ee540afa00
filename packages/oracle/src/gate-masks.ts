/** Gate masks on the consumers of a group: a gate of 0 silences a channel, which is equivalent to removing it. */
import type { Group } from "@secateur/dependency-graph";
import { modelGraph } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { OracleError } from "./errors.ts";

/** A layer that consumes a group's units. */
export interface Consumer {
  readonly layer: string;
  /** The number of the layer's input channels. */
  readonly channels: number;
  /** For each unit, its indices on the last axis of the layer's input. */
  readonly indices: readonly Int32Array[];
}

/** One entry per layer. */
export function consumersOf(model: tfl.LayersModel, group: Group): readonly Consumer[] {
  const { weights } = modelGraph(model);
  const inputs = group.slices.filter(({ role }) => role === "input");
  if (inputs.length === 0)
    throw new OracleError(
      `no layer consumes the units of group "${group.id}": removing them cannot change the loss`,
    );
  const recurrent = group.slices.find(({ role }) => role === "recurrent");
  if (recurrent !== undefined)
    throw new OracleError(
      `"${recurrent.layer}" consumes its own units of group "${group.id}" at the next time step, where no gate on a layer's input ` +
        "reaches them: measure the loss of `silence(model, plan)` instead",
    );
  return inputs.map(({ layer, weight, axis, indices, indicesPerUnit }) => ({
    layer,
    channels: Number(weights.get(weight)?.shape[axis]),
    indices: Array.from({ length: group.unitCount }, (_, unit) =>
      indices.subarray(unit * indicesPerUnit, (unit + 1) * indicesPerUnit),
    ),
  }));
}

/**
 * @param ablations - For each ablation, the units that it removes.
 * @returns `[ablations, channels]` for each consumer. The caller disposes them.
 */
export function gateMasks(
  consumers: readonly Consumer[],
  ablations: readonly (readonly number[])[],
): tf.Tensor2D[] {
  return consumers.map(({ channels, indices }) => {
    const mask = new Float32Array(ablations.length * channels).fill(1);
    for (const [row, removed] of ablations.entries()) {
      for (const unit of removed) for (const index of indices[unit] ?? []) mask[row * channels + index] = 0;
    }
    return tf.tensor2d(mask, [ablations.length, channels]);
  });
}
