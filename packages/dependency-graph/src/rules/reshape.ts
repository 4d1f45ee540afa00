/** Reshape, where it flattens or leaves the channel axis in place; its target is edited along with the channels. */
import { lastAxis, spread, variesOnLastAxisOnly } from "../channels.ts";
import type { LayerRule } from "../layer-rule.ts";

export const reshape: LayerRule = (context) => {
  const [input] = context.inputs;
  if (input === undefined) return undefined;
  const target = context.outputShape;
  const size = target.at(-1) ?? null;
  const axis = target.length - 1;
  if (target.length === 1) {
    const full = spread(
      input,
      input.shape.map(() => true),
    );
    if (full === null) return context.giveUp("a size is left open");
    context.counts(["targetShape", axis], full.ids);
    return { shape: target, varies: [true], ids: full.ids };
  }
  if (!variesOnLastAxisOnly(input) || size !== input.ids.length)
    return context.giveUp("it moves channels between axes");
  context.counts(["targetShape", axis], input.ids);
  return lastAxis(target, input.ids);
};
