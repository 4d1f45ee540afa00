/** Elementwise layers (ReLU, dropout, ...) pass channels. */
import type { Channels } from "../channels.ts";
import type { RuleContext } from "../layer-rule.ts";

export function pass({ inputs }: RuleContext): Channels | undefined {
  return inputs[0];
}
