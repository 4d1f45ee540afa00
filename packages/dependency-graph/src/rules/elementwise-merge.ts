/** Add, Multiply and other elementwise merges tie equal channels of their inputs. */
import { type Channels, spread } from "../channels.ts";
import type { RuleContext } from "../layer-rule.ts";

export function elementwiseMerge(context: RuleContext): Channels | undefined {
  const [first] = context.inputs;
  if (first === undefined) return undefined;
  const rank = Math.max(...context.inputs.map((input) => input.shape.length));
  if (context.inputs.some((input) => input.shape.length !== rank))
    return context.unsupported("inputs of unequal rank");
  const full = context.inputs.map((input) => broadcast(input, context));
  const varies = first.varies.map((_, axis) => full.some((input) => input.varies[axis] === true));
  const aligned = full.map((input) => spread({ ...input, shape: context.outputShape }, varies));
  const [merged, ...others] = aligned.filter((input) => input !== null);
  if (merged === undefined || others.length + 1 < aligned.length)
    return context.unsupported("an axis has no fixed size");
  for (const other of others) context.tie(merged.ids, other.ids);
  return merged;
}

/** Pins a channel that is broadcast to many (its axis has size 1), because it belongs to all of them. */
function broadcast(input: Channels, { outputShape, pin }: RuleContext): Channels {
  const isBroadcast = (axis: number): boolean => input.shape[axis] === 1 && outputShape[axis] !== 1;
  const varies = input.varies.map((v, axis) => v && !isBroadcast(axis));
  if (varies.every((v, axis) => v === input.varies[axis])) return input;
  pin(input.ids, "a channel is broadcast to many");
  return { ...input, varies };
}
