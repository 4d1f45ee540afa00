/** Dense, on vectors and sequences: kernel `[in, units]` consumes the last axis of its input and creates channels on axis 1. */
import type { LayerRule } from "../layer-rule.ts";
import { createFilters } from "./filters.ts";
import { onChannelAxis } from "./guarded.ts";

export const dense: LayerRule = onChannelAxis([], (ids, axis, context) => {
  context.bind("kernel", 0, "input", ids);
  return createFilters(context, { weight: "kernel", weightAxis: 1, count: "units", outputAxis: axis });
});
