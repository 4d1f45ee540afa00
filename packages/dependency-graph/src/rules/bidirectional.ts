/**
 * Bidirectional: the wrapped layer's rule twice, with the weights of the forward and of the backward layer. Both have one
 * configuration, so their units can only be removed in pairs.
 */
import { type Channels, hasNoChannels, lastAxis } from "../channels.ts";
import type { RuleContext } from "../layer-rule.ts";
import { innerContext, type LayerInside, unsupportedOutputs } from "./inner-context.ts";

export function bidirectional(context: RuleContext): readonly Channels[] | undefined {
  const [sequence, ...initialStates] = context.inputs;
  if (sequence === undefined) return undefined;
  const { className, config } = context.config["layer"] as LayerInside;
  const rule = context.ruleOf(className);
  if (rule === undefined)
    return unsupportedOutputs(context, `no rule for the wrapped layer class ${className}`);
  const half = initialStates.length / 2;
  const run = (direction: "forward" | "backward"): readonly Channels[] => {
    const states = direction === "forward" ? initialStates.slice(0, half) : initialStates.slice(half);
    const inner = innerContext(context, {
      className,
      config,
      inputs: [sequence, ...states],
      outputShapes: innerShapes(context),
      weightPrefix: `${direction}.`,
      configPath: ["layer", "config"],
    });
    const outputs = rule(inner);
    return outputs === undefined ? [] : "ids" in outputs ? [outputs] : outputs;
  };
  return merged(context, run("forward"), run("backward"));
}

/** The output shapes of one direction: its sequence and its states. */
function innerShapes({ config, outputShapes }: RuleContext): RuleContext["outputShapes"] {
  const [first = [], ...others] = outputShapes;
  const states = config["mergeMode"] === null ? others.slice(1) : others;
  const width = first.at(-1) ?? 0;
  const own = config["mergeMode"] === "concat" ? [...first.slice(0, -1), width / 2] : first;
  return [own, ...states.slice(0, states.length / 2)];
}

function merged(
  { config, tie, outputShape }: RuleContext,
  [forward, ...forwardStates]: readonly Channels[],
  [backward, ...backwardStates]: readonly Channels[],
): readonly Channels[] | undefined {
  if (forward === undefined || backward === undefined) return undefined;
  const states = [...forwardStates, ...backwardStates];
  if (config["mergeMode"] === null) return [forward, backward, ...states];
  if (hasNoChannels(forward))
    return [{ ...forward, shape: outputShape, varies: outputShape.map(() => false) }, ...states];
  tie(forward.ids, backward.ids);
  if (config["mergeMode"] !== "concat") return [forward, ...states];
  return [lastAxis(outputShape, Int32Array.of(...forward.ids, ...backward.ids)), ...states];
}
