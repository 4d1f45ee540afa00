/** Activation and Softmax. Elementwise functions pass channels; a softmax along the channels mixes them, so they are pinned. */
import type { Channels } from "../channels.ts";
import type { RuleContext } from "../layer-rule.ts";

const reason = "softmax mixes the channels";

/** Pins channels to which a layer applies a softmax or log-softmax, along the last axis, as its activation. */
export function pinSoftmax({ config, pin }: RuleContext, { varies, ids }: Channels): void {
  const isSoftmax = config["activation"] === "softmax" || config["activation"] === "logSoftmax";
  if (isSoftmax && varies.at(-1) === true) pin(ids, reason);
}

export function activation(context: RuleContext): Channels | undefined {
  const [input] = context.inputs;
  if (input !== undefined) pinSoftmax(context, input);
  return input;
}

/** `axis` counts from the batch axis; a list is normalised together. */
export function softmax({ inputs: [input], config, pin }: RuleContext): Channels | undefined {
  if (input === undefined) return undefined;
  const axes = [config["axis"] ?? 1].flat().map(Number);
  const mixes = axes.some((axis) => input.varies[axis < 0 ? input.shape.length + axis : axis - 1] === true);
  if (mixes) pin(input.ids, reason);
  return input;
}
