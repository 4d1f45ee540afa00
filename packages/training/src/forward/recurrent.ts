/**
 * Runs recurrent layers by tfjs-layers' own loop over time steps. Their inputs after the first are initial states, which
 * `layer.call` takes as an option.
 */
import type { LayerCall } from "@secateur/model-graph";
import type * as tf from "@tensorflow/tfjs-core";
import { TrainingError } from "../errors.ts";

const recurrentLayers: ReadonlySet<string> = new Set([
  "SimpleRNN",
  "GRU",
  "LSTM",
  "RNN",
  "ConvLSTM2D",
  "Bidirectional",
]);

export function isRecurrent({ className }: Pick<LayerCall, "className">): boolean {
  return recurrentLayers.has(className);
}

/**
 * @param inputs - The sequence `[batch, steps, ...]` and, if given, the initial states `[batch, ..., units]`.
 * @param dropout - Whether dropout of inputs and states acts.
 * @param mask - `[batch, steps]`: at steps where it is 0 the states do not change.
 * @throws TrainingError for a stateful layer.
 */
export function runRecurrent(
  { path, layer }: LayerCall,
  inputs: readonly tf.Tensor[],
  dropout: boolean,
  mask?: tf.Tensor,
): readonly tf.Tensor[] {
  if (layer.stateful)
    throw new TrainingError(
      `layer "${path}" is stateful: its state would depend on the minibatches before. Create the model with stateful: false`,
    );
  const [sequence, ...initialState] = inputs as [tf.Tensor, ...tf.Tensor[]];
  const options = {
    ...(initialState.length > 0 ? { initialState } : {}),
    ...(mask === undefined ? {} : { mask }),
  };
  return [layer.call(sequence, { training: dropout, ...options })].flat();
}
