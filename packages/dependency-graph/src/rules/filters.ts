/** The output channels that a layer's kernel creates. */
import { type Channels, onAxis } from "../channels.ts";
import type { RuleContext } from "../layer-rule.ts";
import { pinSoftmax } from "./activation.ts";

export interface Filters {
  /** The weight that creates the channels, and the axis that counts them. */
  readonly weight: string;
  readonly weightAxis: number;
  /** The number in the layer's configuration that counts them. */
  readonly count: string;
  /** The axis of the output, without the batch axis. */
  readonly outputAxis: number;
}

export function createFilters(
  context: RuleContext,
  { weight, weightAxis, count, outputAxis }: Filters,
): Channels {
  const filters = context.create(weight, weightAxis, "kernel");
  if (context.hasWeight("bias")) context.bind("bias", 0, "bias", filters);
  context.counts([count], filters);
  const output = onAxis(context.outputShape, outputAxis, filters);
  pinSoftmax(context, output);
  return output;
}
