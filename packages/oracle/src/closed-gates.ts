/** Gates for settings of a group's units: closed units are silent, as if they were removed. */
import type { Group } from "@secateur/dependency-graph";
import { modelGraph } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { OracleError } from "./errors.ts";

/** A layer that consumes units, and where on what it gets they lie. */
export interface Consumer {
  readonly layer: string;
  readonly channels: number;
  /** By unit. */
  readonly indices: readonly Int32Array[];
}

/** Each layer once. */
export function consumersOf(model: tfl.LayersModel, group: Group): readonly Consumer[] {
  const { weights } = modelGraph(model);
  const inputs = group.slices.filter(({ role }) => role === "input");
  if (inputs.length === 0)
    throw new OracleError(`no layer consumes the units of "${group.id}", so nothing changes without them`);
  return inputs.map(({ layer, weight, axis, indices, indicesPerUnit }) => ({
    layer,
    channels: Number(weights.get(weight)?.shape[axis]),
    indices: Array.from({ length: group.unitCount }, (_, unit) =>
      indices.subarray(unit * indicesPerUnit, (unit + 1) * indicesPerUnit),
    ),
  }));
}

/** `[settings, channels]` for each consumer; `settings[i]` lists the closed units. The caller's to dispose. */
export function closedGates(
  consumers: readonly Consumer[],
  settings: readonly (readonly number[])[],
): tf.Tensor2D[] {
  return consumers.map(({ channels, indices }) => {
    const gates = new Float32Array(settings.length * channels).fill(1);
    for (const [row, closed] of settings.entries()) {
      for (const unit of closed) for (const index of indices[unit] ?? []) gates[row * channels + index] = 0;
    }
    return tf.tensor2d(gates, [settings.length, channels]);
  });
}
