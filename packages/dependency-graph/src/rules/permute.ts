/** Permute reorders the axes, channels included. `dims` counts from 1; 0 is the batch axis. */
import { type Channels, permute as permuteChannels } from "../channels.ts";
import type { RuleContext } from "../layer-rule.ts";

export function permute({ inputs, config }: RuleContext): Channels | undefined {
  const [input] = inputs;
  const dims = config["dims"];
  if (input === undefined || !Array.isArray(dims)) return undefined;
  return permuteChannels(
    input,
    dims.map((dim) => Number(dim) - 1),
  );
}
