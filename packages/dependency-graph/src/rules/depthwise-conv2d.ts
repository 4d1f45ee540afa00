/**
 * DepthwiseConv2D: kernel `[kh, kw, cin, multiplier]`. Output channel `c · multiplier + m` belongs to input channel c,
 * so the input's units pass, each `multiplier` times.
 */
import { onAxis } from "../channels.ts";
import type { LayerRule, RuleContext } from "../layer-rule.ts";
import { pinSoftmax } from "./activation.ts";
import { onChannelAxis } from "./guarded.ts";

export const depthwiseConv2d: LayerRule = onChannelAxis([], (input, axis, context) => {
  context.bind("depthwise_kernel", 2, "kernel", input);
  const ids = multiplied(context, input);
  if (context.hasWeight("bias")) context.bind("bias", 0, "bias", ids);
  const output = onAxis(context.outputShape, axis, ids);
  pinSoftmax(context, output);
  return output;
});

/** Every id `depthMultiplier` times in a row: the channels behind a depthwise kernel. */
export function multiplied({ config }: RuleContext, ids: Int32Array): Int32Array {
  const multiplier = Number(config["depthMultiplier"] ?? 1);
  return Int32Array.from({ length: ids.length * multiplier }, (_, i) =>
    Number(ids[Math.floor(i / multiplier)]),
  );
}
