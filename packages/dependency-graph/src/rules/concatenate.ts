/** Concatenate joins the channels of its inputs; along an axis without channels it ties them. */
import { type Channels, idsAlong, onAxis } from "../channels.ts";
import type { RuleContext } from "../layer-rule.ts";
import { tieAll } from "./tie-all.ts";

export function concatenate(context: RuleContext): Channels | undefined {
  const { inputs, config, outputShape } = context;
  const [first] = inputs;
  if (first === undefined) return undefined;
  const configured = Number(config["axis"] ?? -1);
  const axis = configured < 0 ? first.shape.length + configured : configured - 1; // -1 is the batch axis
  if (inputs.every(({ varies }) => varies[axis] !== true)) return tieAll(context, inputs);
  const parts = inputs.map((input) => idsAlong(input, axis)).filter((ids) => ids !== null);
  if (parts.length < inputs.length) return context.unsupported("its inputs have channels on different axes");
  return onAxis(outputShape, axis, Int32Array.from(parts.flatMap((ids) => [...ids])));
}
