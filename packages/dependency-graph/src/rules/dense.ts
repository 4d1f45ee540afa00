/** Dense: kernel `[in, units]` consumes the last axis of its input and creates channels on axis 1. */
import { lastAxis } from "../channels.ts";
import type { LayerRule } from "../layer-rule.ts";
import { pinSoftmax } from "./activation.ts";
import { channelsOnLastAxis, guarded } from "./guarded.ts";

export const dense: LayerRule = guarded([channelsOnLastAxis], (input, context) => {
  context.bind("kernel", 0, "input", input.ids);
  const units = context.create("kernel", 1, "kernel");
  if (context.hasWeight("bias")) context.bind("bias", 0, "bias", units);
  context.counts(["units"], units);
  pinSoftmax(context, units);
  return lastAxis(context.outputShape, units);
});
