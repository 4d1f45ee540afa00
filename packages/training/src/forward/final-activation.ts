/** Final softmax and sigmoid activations. A pass omits them, because the loss is numerically stable only on logits. */
import { type GraphTensor, type LayerCall, layerWeight, modelGraph } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { TrainingError } from "../errors.ts";
import { convolve } from "./convolution.ts";

export type FinalActivation = "softmax" | "sigmoid";

/** The model outputs whose final activation a forward pass omits. */
export type FinalActivations = ReadonlyMap<GraphTensor, FinalActivation>;

export function endsIn(model: tfl.LayersModel, output: GraphTensor, activation: FinalActivation): boolean {
  const call = modelGraph(model).producers.get(output);
  return call !== undefined && applies(call, activation);
}

/**
 * The model's output, if it is the only one and ends in a softmax.
 *
 * @throws TrainingError otherwise.
 */
export function checkSoftmaxHead(model: tfl.LayersModel, purpose: string): GraphTensor {
  const [output, ...others] = modelGraph(model).outputs;
  if (
    output !== undefined &&
    others.length === 0 &&
    output.shape.length === 2 &&
    endsIn(model, output, "softmax")
  )
    return output;
  throw new TrainingError(
    `${purpose} need a model with one output [batch, classes] that ends in a softmax; model "${model.name}" does not`,
  );
}

/** All outputs that end in a softmax or sigmoid. */
export function allFinalActivations(model: tfl.LayersModel): FinalActivations {
  const entries = modelGraph(model).outputs.flatMap((output) =>
    (["softmax", "sigmoid"] as const)
      .filter((activation) => endsIn(model, output, activation))
      .map((activation) => [output, activation] as const),
  );
  return new Map(entries);
}

function applies({ className, layer }: LayerCall, activation: FinalActivation): boolean {
  const config = layer.getConfig();
  if (className === "Softmax")
    return activation === "softmax" && [undefined, null, -1, 1].some((axis) => axis === config["axis"]);
  const hasActivation = className === "Dense" || className === "Conv2D" || className === "Activation";
  return hasActivation && config["dataFormat"] !== "channelsFirst" && config["activation"] === activation;
}

/**
 * The layer's output before its activation: an affine function for Dense and Conv2D, the input itself for others.
 *
 * @param x - `[batch, ..., inputs]`
 */
export function withoutActivation({ className, layer }: LayerCall, x: tf.Tensor): tf.Tensor {
  if (className === "Conv2D") return convolve(layer, x);
  const kernel = layerWeight(layer, "kernel")?.read();
  if (kernel === undefined) return x;
  const [inputs, units] = kernel.shape as [number, number];
  const product = tf.matMul(
    x.rank === 2 ? (x as tf.Tensor2D) : tf.reshape(x, [-1, inputs]),
    kernel as tf.Tensor2D,
  );
  const shaped = x.rank === 2 ? product : tf.reshape(product, [...x.shape.slice(0, -1), units]);
  const bias = layerWeight(layer, "bias")?.read();
  return bias === undefined ? shaped : tf.add(shaped, bias);
}
