/**
 * The losses that a model's outputs ask for: cross-entropy of the classes behind a softmax, binary cross-entropy behind a
 * sigmoid. Another output may be a regression or logits, so its loss is the caller's to say.
 */
import { modelGraph } from "@secateur/model-graph";
import type * as tfl from "@tensorflow/tfjs-layers";
import { TrainingError } from "../errors.ts";
import { headOf } from "../forward/head.ts";
import { binaryCrossEntropy } from "./binary-cross-entropy.ts";
import type { Loss } from "./loss.ts";
import { softmaxCrossEntropy } from "./softmax-cross-entropy.ts";

/**
 * @param others - The loss of outputs that end in neither softmax nor sigmoid. Default: such an output is refused.
 * @returns One loss per output.
 * @throws TrainingError for an output whose loss is not known.
 *
 * @example const losses = headLosses(model, meanSquaredError());
 */
export function headLosses(model: tfl.LayersModel, others?: Loss): readonly Loss[] {
  const { outputs, producers } = modelGraph(model);
  return outputs.map((output) => {
    const head = headOf(model, output);
    if (head?.activation === "softmax") return softmaxCrossEntropy();
    if (head?.activation === "sigmoid") return binaryCrossEntropy();
    if (others !== undefined) return others;
    throw new TrainingError(
      `output "${producers.get(output)?.path ?? output.name}" of model "${model.name}" ends in neither softmax nor sigmoid, so ` +
        "its loss is not known: pass `loss`, for instance meanSquaredError() for a regression or " +
        `softmaxCrossEntropy({ fromLogits: true }) for logits${outputs.length > 1 ? ", in a list of one per output" : ""}`,
    );
  });
}
