/** Conv2D: kernel `[kh, kw, cin, cout]` consumes the input's channels on axis 2 and creates its own on axis 3. */
import { lastAxis, variesOnLastAxisOnly } from "../channels.ts";
import type { LayerRule } from "../layer-rule.ts";
import { mixesChannels } from "./activation.ts";

export const conv2d: LayerRule = (context) => {
  const [input] = context.inputs;
  if (input === undefined) return undefined;
  if (context.config["dataFormat"] === "channelsFirst") return context.giveUp("channels-first data");
  if (!variesOnLastAxisOnly(input))
    return context.giveUp("its input does not keep channels on the last axis");
  context.bind("kernel", 2, "input", input.ids);
  const filters = context.create("kernel", 3, "kernel");
  if (context.hasWeight("bias")) context.bind("bias", 0, "bias", filters);
  context.counts(["filters"], filters);
  if (mixesChannels(context.config)) context.pin(filters, "softmax mixes the channels");
  return lastAxis(context.outputShape, filters);
};
