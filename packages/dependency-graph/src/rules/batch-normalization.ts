/** BatchNormalization over the last axis passes channels and binds its vectors `[channels]` to them. */
import { hasNoChannels } from "../channels.ts";
import type { LayerRule } from "../layer-rule.ts";
import { channelsOnTheirAxis, type Guard, guarded } from "./guarded.ts";

const vectors = [
  ["gamma", "gamma"],
  ["beta", "beta"],
  ["moving_mean", "movingMean"],
  ["moving_variance", "movingVariance"],
] as const;

/** tfjs's wasm and cpu kernels apply the vectors along the last axis, whatever the axis is. */
const normalizesLastAxis: Guard = ({ shape }, { config }) => {
  const axis = Number([config["axis"] ?? -1].flat()[0]);
  return axis === -1 || axis === shape.length
    ? null
    : `it normalises axis ${axis}, not the last one, which tfjs's wasm engine does wrongly`;
};

export const batchNormalization: LayerRule = guarded(
  [normalizesLastAxis, channelsOnTheirAxis],
  (input, context) => {
    if (hasNoChannels(input)) return input;
    for (const [weight, role] of vectors)
      if (context.hasWeight(weight)) context.bind(weight, 0, role, input.ids);
    return input;
  },
);
