/** Reshape that flattens or keeps the channel axis. Its target shape shrinks with the channels. */
import { type Channels, lastAxis, variesOnLastAxisOnly } from "../channels.ts";
import type { LayerRule, RuleContext } from "../layer-rule.ts";
import { flattened } from "./flatten.ts";
import { type Guard, guarded, knownSizes } from "./guarded.ts";

export function reshape(context: RuleContext): Channels | undefined {
  return context.outputShape.length === 1 ? toVector(context) : withinOtherAxes(context);
}

const toVector: LayerRule = guarded([knownSizes], (input, context) => {
  const ids = flattened(input);
  context.counts(["targetShape", 0], ids);
  return { shape: context.outputShape, varies: [true], ids };
});

const keepsChannelAxis: Guard = (input: Channels, { outputShape }) =>
  variesOnLastAxisOnly(input) && outputShape.at(-1) === input.ids.length
    ? null
    : "it moves channels to other axes";

const withinOtherAxes: LayerRule = guarded([keepsChannelAxis], (input, context) => {
  context.counts(["targetShape", context.outputShape.length - 1], input.ids);
  return lastAxis(context.outputShape, input.ids);
});
