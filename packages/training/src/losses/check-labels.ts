/**
 * Checks the values of labels. The losses do not read them, because a synchronous read stalls an engine and WebGPU has none: a
 * label that is no class makes the loss NaN, and this finds it afterwards.
 */
import { modelGraph } from "@secateur/model-graph";
import type * as tfl from "@tensorflow/tfjs-layers";
import { type Batch, labelError, targetsOf } from "../batch.ts";
import { type LossOption, modelLoss } from "./model-loss.ts";

/**
 * @param loss - Default: as the outputs end.
 * @throws TrainingError for a label that its output does not have.
 */
export async function checkLabels(model: tfl.LayersModel, batch: Batch, loss?: LossOption): Promise<void> {
  const { losses } = modelLoss(model, loss);
  const { outputs } = modelGraph(model);
  for (const [i, target] of targetsOf(batch).entries()) {
    const problem = await losses[i]?.checkValues?.(target, outputs[i]?.shape.slice(1) ?? []);
    if (typeof problem === "string") throw labelError(batch, target, problem);
  }
}
