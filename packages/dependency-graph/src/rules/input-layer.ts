/** InputLayer: the data determines the values of a model's input, so it has no removable channels. */
import type { Channels } from "../channels.ts";
import type { RuleContext } from "../layer-rule.ts";

export function inputLayer({ withoutChannels }: RuleContext): Channels {
  return withoutChannels("model input");
}
