/**
 * Conv1D, Conv2D, Conv3D: kernel `[...taps, cin, cout]` consumes the input's channels and creates its own. The kernel of a
 * transposed convolution is `[...taps, cout, cin]`. Channels come last, or first for channels-first data.
 */
import type { LayerRule } from "../layer-rule.ts";
import { createFilters } from "./filters.ts";
import { type Guard, onChannelAxis } from "./guarded.ts";

/** @param rank - The number of axes that the kernel slides along, 1 to 3. */
export function convolution(rank: number): LayerRule {
  return kernelRule(rank, rank, rank + 1);
}

/** @param rank - 2 or 3. */
export function transposedConvolution(rank: number): LayerRule {
  return kernelRule(rank, rank + 1, rank);
}

/** The output of tfjs 4.22 has its channels last, its declared shape has them first. */
const channelsLastConv1d: Guard = (_, { config }) =>
  config["dataFormat"] === "channelsFirst" ? "tfjs does not run a channels-first Conv1D correctly" : null;

function kernelRule(rank: number, inputAxis: number, outputAxis: number): LayerRule {
  const guards = rank === 1 ? [channelsLastConv1d] : [];
  return onChannelAxis(guards, (ids, axis, context) => {
    context.bind("kernel", inputAxis, "input", ids);
    const filters = { weight: "kernel", weightAxis: outputAxis, count: "filters", outputAxis: axis };
    return createFilters(context, filters);
  });
}
