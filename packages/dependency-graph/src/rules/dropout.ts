/** Dropout passes channels; a noise shape that counts them shrinks with them. */
import type { Channels } from "../channels.ts";
import type { RuleContext } from "../layer-rule.ts";

export function dropout({ inputs: [input], config, counts }: RuleContext): Channels | undefined {
  const noiseShape = config["noiseShape"];
  const axis = input?.varies.indexOf(true) ?? -1;
  if (input !== undefined && Array.isArray(noiseShape) && axis >= 0 && noiseShape[axis + 1] !== 1)
    counts(["noiseShape", axis + 1], input.ids);
  return input;
}
