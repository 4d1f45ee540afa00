/** Embedding: weight `[tokens, outputDim]` creates channels on axis 1. Its input holds integers, which are no channels. */
import type { Channels } from "../channels.ts";
import type { RuleContext } from "../layer-rule.ts";
import { createFilters } from "./filters.ts";
import { pinIntegers } from "./integers.ts";

export function embedding(context: RuleContext): Channels | undefined {
  const [input] = context.inputs;
  if (input === undefined) return undefined;
  pinIntegers(context, input);
  const outputAxis = context.outputShape.length - 1;
  return createFilters(context, { weight: "embeddings", weightAxis: 1, count: "outputDim", outputAxis });
}
