/** The losses of a model's outputs, checked against the model. */
import { modelGraph } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { TrainingError } from "../errors.ts";
import { endsIn, type FinalActivations } from "../forward/final-activation.ts";
import type { Loss } from "./loss.ts";
import { softmaxCrossEntropy } from "./softmax-cross-entropy.ts";

/** One loss for a model of one output; a list of one per output otherwise. */
export type LossOption = Loss | readonly Loss[];

export interface ModelLoss {
  /** One per output. */
  readonly losses: readonly Loss[];
  /** Final activations that the losses include. */
  readonly finalActivations: FinalActivations;
  /** Equal for equal losses. */
  readonly key: string;
  /** The sum over the outputs of each example's loss, `[batch]`. */
  readonly perExample: (outputs: readonly tf.Tensor[], targets: readonly tf.Tensor[]) => tf.Tensor1D;
  /** Correct predictions of the first output whose loss counts them; a scalar. */
  readonly countCorrect: (outputs: readonly tf.Tensor[], targets: readonly tf.Tensor[]) => tf.Scalar;
}

/**
 * @param loss - Default: softmax cross-entropy, for a model of one output.
 * @throws TrainingError if the numbers of losses and outputs differ, or the model does not end in the activation that a loss
 *   includes.
 */
export function modelLoss(model: tfl.LayersModel, loss: LossOption | undefined): ModelLoss {
  const losses = loss === undefined ? [softmaxCrossEntropy()] : [loss].flat();
  const { outputs } = modelGraph(model);
  if (losses.length !== outputs.length) {
    throw new TrainingError(
      `model "${model.name}" has ${outputs.length} outputs and ${losses.length} ${losses.length === 1 ? "loss" : "losses"}: ` +
        "give a list of one loss per output, for instance [softmaxCrossEntropy(), meanSquaredError()]",
    );
  }
  const finalActivations = new Map(
    losses.flatMap(({ name, includes }, i) => {
      const output = outputs[i];
      if (output === undefined || includes === undefined) return [];
      if (endsIn(model, output, includes)) return [[output, includes] as const];
      throw new TrainingError(
        `model "${model.name}" must end in a ${includes}, which the loss "${name}" includes: a Dense, Conv2D or ` +
          `Activation layer with it${includes === "softmax" ? ", or a Softmax layer" : ""}. Pass another \`loss\`, or ` +
          "`fromLogits: true` where the output is logits",
      );
    }),
  );
  return {
    losses,
    finalActivations,
    key: losses.map(keyOf).join(" + "),
    perExample: (results, targets) => {
      const perOutput = losses.map((one, i) =>
        checkedLosses(one, results[i] as tf.Tensor, targets[i] as tf.Tensor),
      );
      return perOutput.length === 1 ? (perOutput[0] as tf.Tensor1D) : tf.addN(perOutput);
    },
    countCorrect: (results, targets) => {
      const i = losses.findIndex(({ countCorrect }) => countCorrect !== undefined);
      const count = losses[i]?.countCorrect;
      return count === undefined
        ? tf.scalar(Number.NaN)
        : count(results[i] as tf.Tensor, targets[i] as tf.Tensor);
    },
  };
}

/**
 * Checks losses before a long computation.
 *
 * @throws TrainingError as `trainStep`, if the losses do not fit the model's outputs.
 *
 * @example checkLoss(model, distillation());
 */
export function checkLoss(model: tfl.LayersModel, loss: LossOption): void {
  modelLoss(model, loss);
}

function checkedLosses({ name, perExample }: Loss, output: tf.Tensor, target: tf.Tensor): tf.Tensor1D {
  const losses = perExample(output, target);
  const size = output.shape[0];
  if (losses.rank === 1 && losses.shape[0] === size) return losses;
  throw new TrainingError(
    `loss "${name}" returned shape [${losses.shape}], expected one number per example, [${size}]`,
  );
}

const numbers = new WeakMap<Loss, number>();
let count = 0;

/** The key of a loss; one without a key is numbered by its object. */
function keyOf(loss: Loss): string {
  if (loss.key !== undefined) return loss.key;
  const number = numbers.get(loss) ?? ++count;
  numbers.set(loss, number);
  return `${loss.name} #${number}`;
}
