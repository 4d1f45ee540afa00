/** Concatenate joins the channels of its inputs; along an axis without channels it ties them. */
import { type Channels, join, spread } from "../channels.ts";
import type { RuleContext } from "../layer-rule.ts";

export function concatenate(context: RuleContext): Channels | undefined {
  const [first] = context.inputs;
  if (first === undefined) return undefined;
  const configured = Number(context.config["axis"] ?? -1);
  const axis = configured < 0 ? first.shape.length + configured : configured - 1;
  const varies = first.shape.map((_, i) => context.inputs.some((input) => input.varies[i] === true));
  const parts = context.inputs.map((input) => spread(input, varies)).filter((part) => part !== null);
  if (parts.length < context.inputs.length) return context.unsupported("an axis has no fixed size");
  if (varies[axis] === true) return join(parts, axis);
  const [merged, ...others] = parts;
  if (merged === undefined) return undefined;
  for (const other of others) context.tie(merged.ids, other.ids);
  return { ...merged, shape: context.outputShape };
}
