/** BatchNormalization over the last axis passes channels and binds its vectors `[channels]` to them. */
import type { LayerRule } from "../layer-rule.ts";
import { channelsOnLastAxis, type Guard, guarded } from "./guarded.ts";

const vectors = [
  ["gamma", "gamma"],
  ["beta", "beta"],
  ["moving_mean", "movingMean"],
  ["moving_variance", "movingVariance"],
] as const;

const normalizesLastAxis: Guard = ({ shape }, { config }) => {
  const axis = [config["axis"] ?? -1].flat()[0];
  return axis === -1 || axis === shape.length ? null : `it normalises axis ${String(axis)}, not the last one`;
};

export const batchNormalization: LayerRule = guarded(
  [normalizesLastAxis, channelsOnLastAxis],
  (input, context) => {
    for (const [weight, role] of vectors)
      if (context.hasWeight(weight)) context.bind(weight, 0, role, input.ids);
    return input;
  },
);
