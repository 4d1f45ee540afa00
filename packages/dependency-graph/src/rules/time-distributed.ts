/** TimeDistributed: the wrapped layer's rule, applied to one time step `[...]` of a sequence `[steps, ...]`. */
import type { Channels } from "../channels.ts";
import type { RuleContext } from "../layer-rule.ts";
import { innerContext, type LayerInside } from "./inner-context.ts";

export function timeDistributed(context: RuleContext): Channels | undefined {
  const [sequence] = context.inputs;
  if (sequence === undefined) return undefined;
  const { className, config } = context.config["layer"] as LayerInside;
  if ("layers" in config)
    return context.unsupported(
      "it wraps a model: wrap each of the model's layers in a TimeDistributed of its own",
    );
  const rule = context.ruleOf(className);
  if (rule === undefined) return context.unsupported(`no rule for the wrapped layer class ${className}`);
  if (sequence.varies[0] === true) return context.unsupported("its input has channels on the time axis");
  const inner = innerContext(context, {
    className,
    config,
    inputs: [{ ...sequence, shape: sequence.shape.slice(1), varies: sequence.varies.slice(1) }],
    outputShapes: [context.outputShape.slice(1)],
    weightPrefix: "",
    configPath: ["layer", "config"],
  });
  const outputs = rule(inner);
  const output = outputs === undefined || "ids" in outputs ? outputs : outputs[0];
  if (output === undefined) return undefined;
  const [steps = null] = context.outputShape;
  return { shape: [steps, ...output.shape], varies: [false, ...output.varies], ids: output.ids };
}
