/**
 * Final softmax and sigmoid activations. A pass omits them, because the loss is numerically stable only on logits: the layers
 * from there to the output carry logits, and all others read them with the activation.
 */
import {
  type GraphTensor,
  type LayerCall,
  layerWeight,
  modelGraph,
  wrappedLayer,
} from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { TrainingError } from "../errors.ts";
import { convolve } from "./convolution.ts";
import { type Head, headOf } from "./head.ts";

/** The activations that a forward pass omits. */
export interface FinalActivations {
  /** Calls that run without their activation. */
  readonly calls: ReadonlySet<LayerCall>;
  /** Calls that read logits: those after the activation that only change the shape. */
  readonly tails: ReadonlySet<LayerCall>;
  /** Tensors that hold logits, with the head whose activation they lack. */
  readonly logits: ReadonlyMap<GraphTensor, Head>;
  /** Outputs that are returned as logits. */
  readonly outputs: ReadonlySet<GraphTensor>;
}

/** @param outputs - Outputs of a model, with their heads. */
export function finalActivations(outputs: ReadonlyMap<GraphTensor, Head>): FinalActivations {
  const heads = [...outputs.values()];
  return {
    calls: new Set(heads.map(({ call }) => call)),
    tails: new Set(heads.flatMap(({ tail }) => tail)),
    logits: new Map(
      heads.flatMap((head) =>
        [head.call, ...head.tail].flatMap((call) => call.outputs.map((tensor) => [tensor, head] as const)),
      ),
    ),
    outputs: new Set(outputs.keys()),
  };
}

/** For a pass that omits none. */
export const noFinalActivations: FinalActivations = finalActivations(new Map());

/** All outputs that end in a softmax or sigmoid. */
export function allFinalActivations(model: tfl.LayersModel): FinalActivations {
  const heads = modelGraph(model).outputs.flatMap((output) => {
    const head = headOf(model, output);
    return head === null ? [] : [[output, head] as const];
  });
  return finalActivations(new Map(heads));
}

/**
 * The model's output, if it is the only one and ends in a softmax.
 *
 * @throws TrainingError otherwise.
 */
export function checkSoftmaxHead(model: tfl.LayersModel, purpose: string): GraphTensor {
  const [output, ...others] = modelGraph(model).outputs;
  const head = output === undefined ? null : headOf(model, output);
  if (
    output !== undefined &&
    others.length === 0 &&
    output.shape.length === 2 &&
    head?.activation === "softmax" &&
    head.call.outputs[0]?.shape.at(-1) === output.shape[1]
  )
    return output;
  throw new TrainingError(
    `${purpose} need a model with one output [batch, classes] that ends in a softmax; model "${model.name}" does not`,
  );
}

/**
 * Logits with their activation, of the same shape.
 *
 * @param logits - `[batch, ...]`, also after layers that change the shape.
 */
export function activate(logits: tf.Tensor, { activation, call }: Head): tf.Tensor {
  if (activation === "sigmoid") return tf.sigmoid(logits);
  const classes = Number(call.outputs[0]?.shape.at(-1));
  if (logits.shape.at(-1) === classes) return tf.softmax(logits);
  return tf.reshape(tf.softmax(tf.reshape(logits, [-1, classes])), logits.shape);
}

/**
 * The layer's output before its activation: the input itself for Activation and Softmax.
 *
 * @param x - `[batch, ..., inputs]`
 */
export function withoutActivation({ className, layer }: LayerCall, x: tf.Tensor): tf.Tensor {
  if (className === "Activation" || className === "Softmax") return x;
  if (className === "Dense") return affine(layer, x);
  if (className === "TimeDistributed") return affine(wrappedLayer(layer), x);
  if (className === "Conv2D" && layer.getConfig()["dataFormat"] !== "channelsFirst")
    return convolve(layer, x);
  const owner = layer as unknown as { activation: unknown };
  const { activation } = owner;
  owner.activation = linear;
  try {
    return [layer.call([x], {})].flat()[0] as tf.Tensor;
  } finally {
    owner.activation = activation;
  }
}

/** An activation as tfjs-layers calls it. */
const linear = { getClassName: () => "linear", apply: (x: tf.Tensor) => x };

function affine(layer: tfl.layers.Layer, x: tf.Tensor): tf.Tensor {
  const kernel = layerWeight(layer, "kernel")?.read();
  if (kernel === undefined) throw new TypeError("a Dense layer has a kernel");
  const [inputs, units] = kernel.shape as [number, number];
  const product = tf.matMul(
    x.rank === 2 ? (x as tf.Tensor2D) : tf.reshape(x, [-1, inputs]),
    kernel as tf.Tensor2D,
  );
  const shaped = x.rank === 2 ? product : tf.reshape(product, [...x.shape.slice(0, -1), units]);
  const bias = layerWeight(layer, "bias")?.read();
  return bias === undefined ? shaped : tf.add(shaped, bias);
}
