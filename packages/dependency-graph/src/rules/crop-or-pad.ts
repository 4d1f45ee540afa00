/** Cropping2D and ZeroPadding2D act on two axes, `[[top, bottom], [left, right]]`: height and width of the data format. */
import { type Channels, onAxis } from "../channels.ts";
import type { LayerRule, RuleContext } from "../layer-rule.ts";
import { guarded } from "./guarded.ts";

/** The setting in the layer's configuration, and the new ids of an axis with channels. */
export interface EdgeChange {
  readonly setting: "padding" | "cropping";
  /** @param amounts - Before and after. @param count - Declares the channels that an amount counts. */
  readonly ids: (
    ids: Int32Array,
    amounts: readonly [number, number],
    count: (side: 0 | 1, ids: Int32Array) => void,
    context: RuleContext,
  ) => Int32Array;
}

export function atEdges({ setting, ids: change }: EdgeChange): LayerRule {
  return guarded([], (input, context): Channels => {
    const first = context.config["dataFormat"] === "channelsFirst" ? 1 : 0;
    const axis = input.varies.indexOf(true);
    const amounts = context.config[setting] as readonly (readonly [number, number])[];
    const own = amounts[axis - first];
    if (own === undefined) return { ...input, shape: context.outputShape };
    const count = (side: 0 | 1, ids: Int32Array): void => context.counts([setting, axis - first, side], ids);
    return onAxis(context.outputShape, axis, change(input.ids, own, count, context));
  });
}
