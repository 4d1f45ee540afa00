/** Guards of layer rules: conditions on a layer. If one fails, the channels are pinned with its reason. */
import { type Channels, hasNoChannels, idsAlong } from "../channels.ts";
import type { RuleContext } from "../layer-rule.ts";

/** Returns the reason why the rule does not apply, or null if it does. */
export type Guard = (input: Channels, context: RuleContext) => string | null;

/** A rule for layers with one input and one output that applies if all guards pass. */
export function guarded(
  guards: readonly Guard[],
  rule: (input: Channels, context: RuleContext) => Channels,
): (context: RuleContext) => Channels | undefined {
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

/** A rule for layers that read channels on the axis of their data format. @param rule - Receives the ids and the axis. */
export function onChannelAxis(
  guards: readonly Guard[],
  rule: (ids: Int32Array, axis: number, context: RuleContext) => Channels,
): (context: RuleContext) => Channels | undefined {
  return guarded([...guards, channelsOnTheirAxis], (input, context) => {
    const axis = channelAxis(input, context);
    return rule(idsAlong(input, axis) ?? input.ids, axis, context);
  });
}

/** The axis of the layer's data format: the first for channels-first data, else the last. */
function channelAxis({ shape }: Channels, { config }: RuleContext): number {
  return config["dataFormat"] === "channelsFirst" ? 0 : shape.length - 1;
}

export function channelsOnTheirAxis(input: Channels, context: RuleContext): string | null {
  const axis = channelAxis(input, context);
  if (hasNoChannels(input) || idsAlong(input, axis) !== null) return null;
  return `its input does not have its channels on the ${axis === 0 && input.shape.length > 1 ? "first" : "last"} axis`;
}

export function knownSizes({ shape }: Channels): string | null {
  return shape.includes(null) ? "an axis has no fixed size" : null;
}
