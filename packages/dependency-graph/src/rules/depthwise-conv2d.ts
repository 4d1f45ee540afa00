/**
 * DepthwiseConv2D: kernel `[kh, kw, cin, multiplier]`; output channel `c · multiplier + m` belongs to input channel c,
 * so the input's units pass through, each `multiplier` times.
 */
import { lastAxis, variesOnLastAxisOnly } from "../channels.ts";
import type { LayerRule } from "../layer-rule.ts";
import { mixesChannels } from "./activation.ts";

export const depthwiseConv2d: LayerRule = (context) => {
  const [input] = context.inputs;
  if (input === undefined) return undefined;
  if (context.config["dataFormat"] === "channelsFirst") return context.giveUp("channels-first data");
  if (!variesOnLastAxisOnly(input))
    return context.giveUp("its input does not keep channels on the last axis");
  context.bind("depthwise_kernel", 2, "kernel", input.ids);
  const multiplier = Number(context.config["depthMultiplier"] ?? 1);
  const ids = Int32Array.from({ length: input.ids.length * multiplier }, (_, i) =>
    Number(input.ids[Math.floor(i / multiplier)]),
  );
  if (context.hasWeight("bias")) context.bind("bias", 0, "bias", ids);
  if (mixesChannels(context.config)) context.pin(ids, "softmax mixes the channels");
  return lastAxis(context.outputShape, ids);
};
