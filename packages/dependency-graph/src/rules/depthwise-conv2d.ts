/**
 * DepthwiseConv2D: kernel `[kh, kw, cin, multiplier]`. Output channel `c · multiplier + m` belongs to input channel c,
 * so the input's units pass, each `multiplier` times.
 */
import { lastAxis } from "../channels.ts";
import type { LayerRule } from "../layer-rule.ts";
import { pinSoftmax } from "./activation.ts";
import { channelsLast, channelsOnLastAxis, guarded } from "./guarded.ts";

export const depthwiseConv2d: LayerRule = guarded([channelsLast, channelsOnLastAxis], (input, context) => {
  context.bind("depthwise_kernel", 2, "kernel", input.ids);
  const multiplier = Number(context.config["depthMultiplier"] ?? 1);
  const ids = Int32Array.from({ length: input.ids.length * multiplier }, (_, i) =>
    Number(input.ids[Math.floor(i / multiplier)]),
  );
  if (context.hasWeight("bias")) context.bind("bias", 0, "bias", ids);
  pinSoftmax(context, ids);
  return lastAxis(context.outputShape, ids);
});
