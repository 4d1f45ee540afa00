/** Masking: a step is masked if all its channels have the mask's value, so its input's channels are pinned. */
import { type Channels, hasNoChannels } from "../channels.ts";
import type { RuleContext } from "../layer-rule.ts";

export function masking({ inputs: [input], pin }: RuleContext): Channels | undefined {
  if (input !== undefined && !hasNoChannels(input)) pin(input.ids, "the mask depends on all channels");
  return input;
}
