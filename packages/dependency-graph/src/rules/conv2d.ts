/** Conv2D: kernel `[kh, kw, cin, cout]` consumes the input's channels on axis 2 and creates its own on axis 3. */
import { lastAxis } from "../channels.ts";
import type { LayerRule } from "../layer-rule.ts";
import { pinSoftmax } from "./activation.ts";
import { channelsLast, channelsOnLastAxis, guarded } from "./guarded.ts";

export const conv2d: LayerRule = guarded([channelsLast, channelsOnLastAxis], (input, context) => {
  context.bind("kernel", 2, "input", input.ids);
  const filters = context.create("kernel", 3, "kernel");
  if (context.hasWeight("bias")) context.bind("bias", 0, "bias", filters);
  context.counts(["filters"], filters);
  pinSoftmax(context, filters);
  return lastAxis(context.outputShape, filters);
});
