/** The losses of a model's outputs, checked against the model. */
import { type GraphTensor, modelGraph } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { TrainingError } from "../errors.ts";
import { type FinalActivations, finalActivations } from "../forward/final-activation.ts";
import { type Head, headOf } from "../forward/head.ts";
import { headLosses } from "./head-losses.ts";
import type { Loss } from "./loss.ts";
import { reshapedLoss } from "./reshaped-loss.ts";

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
  /** Examples of the first output whose loss counts them; a scalar. */
  readonly countInTopK: (
    outputs: readonly tf.Tensor[],
    targets: readonly tf.Tensor[],
    k: number,
  ) => tf.Scalar;
  /** The predictions of the first output whose loss makes them, in the shape of its targets; null without such a loss. */
  readonly predict: ((outputs: readonly tf.Tensor[]) => tf.Tensor) | null;
}

/**
 * @param loss - Default: as the outputs end, cross-entropy behind softmax and binary cross-entropy behind sigmoid.
 * @throws TrainingError if the numbers of losses and outputs differ, or the model does not end in the activation that a loss
 *   includes.
 */
export function modelLoss(model: tfl.LayersModel, loss: LossOption | undefined): ModelLoss {
  const given = loss === undefined ? headLosses(model) : [loss].flat();
  const { outputs } = modelGraph(model);
  if (given.length !== outputs.length) {
    throw new TrainingError(
      `model "${model.name}" has ${outputs.length} outputs and ${given.length} ${given.length === 1 ? "loss" : "losses"}: ` +
        "give a list of one loss per output, for instance [softmaxCrossEntropy(), meanSquaredError()]",
    );
  }
  const heads = new Map(
    given.flatMap((one, i) => {
      const output = outputs[i];
      return output === undefined || one.includes === undefined
        ? []
        : [[output, includedHead(model, output, one)]];
    }),
  );
  const losses = given.map((one, i) => fitted(one, outputs[i] as GraphTensor, heads));
  return {
    losses,
    finalActivations: finalActivations(heads),
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
    countInTopK: (results, targets, k) => {
      const i = losses.findIndex(({ countInTopK }) => countInTopK !== undefined);
      const count = losses[i]?.countInTopK;
      return count === undefined
        ? tf.scalar(Number.NaN)
        : count(results[i] as tf.Tensor, targets[i] as tf.Tensor, k);
    },
    predict: predictions(losses),
  };
}

function predictions(losses: readonly Loss[]): ModelLoss["predict"] {
  const i = losses.findIndex(({ predict }) => predict !== undefined);
  const predict = losses[i]?.predict;
  return predict === undefined ? null : (outputs) => predict(outputs[i] as tf.Tensor);
}

/** The head whose activation a loss includes. */
function includedHead(model: tfl.LayersModel, output: GraphTensor, { name, includes }: Loss): Head {
  const head = headOf(model, output);
  if (head?.activation === includes && head !== null) return head;
  throw new TrainingError(
    `model "${model.name}" must end in a ${includes}, which the loss "${name}" includes: a Dense, convolution or ` +
      `Activation layer with it${includes === "softmax" ? ", or a Softmax layer" : ""}, and then only layers such as ` +
      "Reshape. Pass another `loss`, or `fromLogits: true` where the output is logits",
  );
}

/** The loss, on the shape that the softmax has where the output's last axis is not the classes. */
function fitted(loss: Loss, output: GraphTensor, heads: ReadonlyMap<GraphTensor, Head>): Loss {
  const shape = heads.get(output)?.call.outputs[0]?.shape ?? output.shape;
  if (loss.includes !== "softmax" || shape.at(-1) === output.shape.at(-1)) return loss;
  return reshapedLoss(loss, shape.slice(1));
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
