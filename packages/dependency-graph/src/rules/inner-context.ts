/**
 * The context of a rule for a layer inside another one: a wrapped layer or a cell. Its weights and its configuration are parts
 * of those of the outer layer.
 */
import type { Channels } from "../channels.ts";
import type { RuleContext } from "../layer-rule.ts";

/** What differs from the outer layer's context. */
export interface InnerLayer extends Pick<RuleContext, "className" | "config" | "inputs" | "outputShapes"> {
  /** Prefix of its weights' names, for instance `forward.`. */
  readonly weightPrefix: string;
  /** Where the outer layer's configuration holds its own. */
  readonly configPath: readonly (string | number)[];
}

export function innerContext(outer: RuleContext, inner: InnerLayer): RuleContext {
  const { className, config, inputs, outputShapes, weightPrefix, configPath } = inner;
  const [outputShape = []] = outputShapes;
  const withoutChannels: RuleContext["withoutChannels"] = (reason, shape = outputShape) =>
    outer.withoutChannels(reason, shape);
  const within = (weight: string): string => `${weightPrefix}${weight}`;
  return {
    ...outer,
    className,
    config,
    inputs,
    outputShape,
    outputShapes,
    hasWeight: (weight) => outer.hasWeight(within(weight)),
    create: (weight, axis, role) => outer.create(within(weight), axis, role),
    bind: (weight, axis, role, ids) => outer.bind(within(weight), axis, role, ids),
    counts: (path, ids) => outer.counts([...configPath, ...path], ids),
    withoutChannels,
    unsupported: (reason) => {
      for (const input of inputs) outer.pin(input.ids, reason);
      return withoutChannels(reason);
    },
  };
}

/** Pins the inputs of a layer with several outputs, and all of its outputs. */
export function unsupportedOutputs(context: RuleContext, reason: string): readonly Channels[] {
  const [, ...further] = context.outputShapes;
  return [context.unsupported(reason), ...further.map((shape) => context.withoutChannels(reason, shape))];
}

/** A wrapped layer or a cell, as a configuration holds it. */
export interface LayerInside {
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
}
