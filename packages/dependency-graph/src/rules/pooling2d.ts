/** Pooling over height and width: channels pass. */
import { type Channels, lastAxis, variesOnLastAxisOnly } from "../channels.ts";
import type { LayerRule, RuleContext } from "../layer-rule.ts";

/** MaxPooling2D, AveragePooling2D: `[h, w, c]` to `[h', w', c]`. GlobalMax/AveragePooling2D: `[h, w, c]` to `[c]`. */
export const pooling2d: LayerRule = (context): Channels | undefined => {
  const [input] = context.inputs;
  if (input === undefined) return undefined;
  const problem = poolingProblem(input, context);
  return problem === null ? lastAxis(context.outputShape, input.ids) : context.giveUp(problem);
};

function poolingProblem(input: Channels, context: RuleContext): string | null {
  if (context.config["dataFormat"] === "channelsFirst") return "channels-first data";
  return variesOnLastAxisOnly(input) ? null : "its input does not keep channels on the last axis";
}
