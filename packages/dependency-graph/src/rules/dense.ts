/** Dense: kernel `[in, units]` consumes the last axis of its input and creates channels on axis 1. */
import { lastAxis, variesOnLastAxisOnly } from "../channels.ts";
import type { LayerRule } from "../layer-rule.ts";
import { mixesChannels } from "./activation.ts";

export const dense: LayerRule = (context) => {
  const [input] = context.inputs;
  if (input === undefined) return undefined;
  if (!variesOnLastAxisOnly(input))
    return context.giveUp("its input does not keep channels on the last axis");
  context.bind("kernel", 0, "input", input.ids);
  const units = context.create("kernel", 1, "kernel");
  if (context.hasWeight("bias")) context.bind("bias", 0, "bias", units);
  context.counts(["units"], units);
  if (mixesChannels(context.config)) context.pin(units, "softmax mixes the channels");
  return lastAxis(context.outputShape, units);
};
