/** Guards of layer rules: conditions on a layer. If one fails, the channels are pinned with its reason. */
import { type Channels, variesOnLastAxisOnly } from "../channels.ts";
import type { LayerRule, RuleContext } from "../layer-rule.ts";

/** Returns the reason why the rule does not apply, or null if it does. */
export type Guard = (input: Channels, context: RuleContext) => string | null;

/** A rule for layers with one input that applies if all guards pass. */
export function guarded(
  guards: readonly Guard[],
  rule: (input: Channels, context: RuleContext) => Channels,
): LayerRule {
  return (context) => {
    const [input] = context.inputs;
    if (input === undefined) return undefined;
    for (const guard of guards) {
      const reason = guard(input, context);
      if (reason !== null) return context.unsupported(reason);
    }
    return rule(input, context);
  };
}

export function channelsLast(_: Channels, { config }: RuleContext): string | null {
  return config["dataFormat"] === "channelsFirst" ? "channels-first data" : null;
}

export function channelsOnLastAxis(input: Channels): string | null {
  return variesOnLastAxisOnly(input) ? null : "its input does not have its channels on the last axis";
}

export function knownSizes({ shape }: Channels): string | null {
  return shape.includes(null) ? "an axis has no fixed size" : null;
}
