/**
 * SeparableConv2D: kernel `[kh, kw, cin, multiplier]` consumes the input's channels, kernel `[1, 1, cin · multiplier, cout]`
 * creates the output's. A unit whose slice of the first kernel is zero reaches no output.
 */
import { lastAxis } from "../channels.ts";
import type { LayerRule } from "../layer-rule.ts";
import { pinSoftmax } from "./activation.ts";
import { multiplied } from "./depthwise-conv2d.ts";
import { createFilters } from "./filters.ts";
import { type Guard, onChannelAxis } from "./guarded.ts";

const biasOnItsAxis: Guard = (_, { config, hasWeight }) =>
  config["dataFormat"] === "channelsFirst" && hasWeight("bias")
    ? "tfjs adds the bias of channels-first data along the wrong axis"
    : null;

export const separableConv2d: LayerRule = onChannelAxis([biasOnItsAxis], (ids, axis, context) => {
  context.bind("depthwise_kernel", 2, "input", ids);
  context.bind("pointwise_kernel", 2, "pointwise", multiplied(context, ids));
  const filters = { weight: "pointwise_kernel", weightAxis: 3, count: "filters", outputAxis: axis };
  const output = createFilters(context, filters);
  // tfjs activates before it moves the channels to the first axis.
  if (axis === 0) pinSoftmax(context, lastAxis(context.outputShape, output.ids));
  return output;
});
