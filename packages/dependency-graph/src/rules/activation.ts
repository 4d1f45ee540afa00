/** Activation and Softmax. Elementwise functions pass channels; a softmax mixes channels, so they are pinned. */
import type { Channels } from "../channels.ts";
import type { RuleContext } from "../layer-rule.ts";

const reason = "softmax mixes the channels";

/** Pins channels to which a layer applies a softmax or log-softmax as its activation. */
export function pinSoftmax({ config, pin }: RuleContext, ids: Int32Array): void {
  if (config["activation"] === "softmax" || config["activation"] === "logSoftmax") pin(ids, reason);
}

export function activation(context: RuleContext): Channels | undefined {
  const [input] = context.inputs;
  if (input !== undefined) pinSoftmax(context, input.ids);
  return input;
}

export function softmax({ inputs: [input], pin }: RuleContext): Channels | undefined {
  if (input !== undefined) pin(input.ids, reason);
  return input;
}
