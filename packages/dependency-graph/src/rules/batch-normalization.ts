/** BatchNormalization over the last axis: passes the channels; its vectors `[channels]` belong to them. */
import { variesOnLastAxisOnly } from "../channels.ts";
import type { LayerRule } from "../layer-rule.ts";

const vectors = [
  ["gamma", "gamma"],
  ["beta", "beta"],
  ["moving_mean", "movingMean"],
  ["moving_variance", "movingVariance"],
] as const;

export const batchNormalization: LayerRule = (context) => {
  const [input] = context.inputs;
  if (input === undefined) return undefined;
  const axis = [context.config["axis"] ?? -1].flat()[0];
  const last = input.shape.length;
  if (axis !== -1 && axis !== last)
    return context.giveUp(`it normalises axis ${String(axis)}, not the last one`);
  if (!variesOnLastAxisOnly(input))
    return context.giveUp("its input does not keep channels on the last axis");
  for (const [weight, role] of vectors)
    if (context.hasWeight(weight)) context.bind(weight, 0, role, input.ids);
  return input;
};
