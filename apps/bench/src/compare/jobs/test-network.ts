/** Tests a network and reports progress after every minibatch: on ImageNet a test takes minutes. */
import { type Evaluation, evaluate } from "@secateur/training";
import type * as tfl from "@tensorflow/tfjs-layers";
import type { BatchSource } from "../../inputs/batch-source.ts";
import type { Normalization } from "../../inputs/normalization.ts";
import { evaluationCost, type JobEvent } from "./job.ts";

export type Tested = Pick<Evaluation, "loss" | "accuracy">;

export async function* testNetwork(
  model: tfl.LayersModel,
  data: BatchSource,
  normalization: Normalization,
  note: string,
): AsyncGenerator<JobEvent, Tested> {
  let [loss, accuracy, count] = [0, 0, 0];
  for await (const batch of data.test(normalization)) {
    const part = await evaluate(model, [batch]);
    loss += part.loss * part.count;
    accuracy += part.accuracy * part.count;
    count += part.count;
    yield { type: "work", amount: part.count * evaluationCost, note };
  }
  return { loss: loss / count, accuracy: accuracy / count };
}
