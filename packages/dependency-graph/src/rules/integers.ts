/** Layers that read integers, such as CategoryEncoding: channels that are read as integers cannot be silenced. */
import { type Channels, hasNoChannels } from "../channels.ts";
import type { RuleContext } from "../layer-rule.ts";

export function pinIntegers({ pin }: RuleContext, input: Channels): void {
  if (!hasNoChannels(input)) pin(input.ids, "its values are read as integers");
}

export function categoryEncoding(context: RuleContext): Channels | undefined {
  const [input] = context.inputs;
  if (input === undefined) return undefined;
  pinIntegers(context, input);
  return context.withoutChannels("categories of the data");
}
