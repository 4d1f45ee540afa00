/** Ties the channels of tensors of equal rank, index by index along the axis that has them. */
import { type Channels, idsAlong, onAxis } from "../channels.ts";
import type { RuleContext } from "../layer-rule.ts";

/** The tied channels, of the output's shape. */
export function tieAll(context: RuleContext, inputs: readonly Channels[]): Channels {
  const { outputShape, tie } = context;
  const axes = new Set(inputs.map(({ varies }) => varies.indexOf(true)).filter((axis) => axis >= 0));
  const [axis = 0] = axes;
  if (axes.size === 0) for (const { ids } of inputs) tie(ids, inputs[0]?.ids ?? ids);
  if (axes.size === 0) return { ...(inputs[0] as Channels), shape: outputShape };
  const all = inputs.map((input) => idsAlong(input, axis)).filter((ids) => ids !== null);
  const [merged, ...others] = all;
  if (merged === undefined || all.length < inputs.length)
    return context.unsupported("its inputs have channels on different axes");
  for (const other of others) tie(merged, other);
  return onAxis(outputShape, axis, merged);
}
