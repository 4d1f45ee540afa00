/**
 * The heads of a model: for each output the softmax or sigmoid that it ends in. Layers after it that only change the shape
 * (Reshape, Flatten, a Permute that keeps the order) do not count: MobileNet v1 of tfjs ends in softmax, then Reshape.
 */
import { type GraphTensor, type LayerCall, modelGraph, wrappedLayer } from "@secateur/model-graph";
import type * as tfl from "@tensorflow/tfjs-layers";

type FinalActivation = "softmax" | "sigmoid";

export interface Head {
  readonly activation: FinalActivation;
  /** The call that computes the activation; its output has classes on the last axis. */
  readonly call: LayerCall;
  /** Calls from there to the model's output, which only change the shape. */
  readonly tail: readonly LayerCall[];
}

/** The head of a model's output; null where it does not end in a softmax over its last axis or a sigmoid. */
export function headOf(model: tfl.LayersModel, output: GraphTensor): Head | null {
  const { producers } = modelGraph(model);
  const tail: LayerCall[] = [];
  let call = producers.get(output);
  while (call !== undefined) {
    const activation = activationOf(denseOfSteps(call));
    if (activation !== null) return { activation, call, tail };
    const [input] = call.inputs;
    if (input === undefined || !changesShapeOnly(call)) return null;
    tail.unshift(call);
    call = producers.get(input);
  }
  return null;
}

/** Layers that apply the activation of their configuration to their output, element by element or over the last axis. */
const withActivation: ReadonlySet<string> = new Set([
  "Activation",
  "Dense",
  "Conv1D",
  "Conv2D",
  "Conv3D",
  "Conv2DTranspose",
  "Conv3DTranspose",
  "DepthwiseConv2D",
  "SeparableConv2D",
]);

/** A TimeDistributed Dense is a Dense on sequences. */
function denseOfSteps(call: LayerCall): LayerCall {
  if (call.className !== "TimeDistributed") return call;
  const layer = wrappedLayer(call.layer);
  return layer.getClassName() === "Dense" ? { ...call, className: "Dense", layer } : call;
}

function activationOf({ className, layer, outputs }: LayerCall): FinalActivation | null {
  const config = layer.getConfig();
  if (className === "Softmax") {
    const last = Number(outputs[0]?.shape.length) - 1;
    const [axis, ...others] = [config["axis"] ?? 1].flat();
    return others.length === 0 && (axis === -1 || axis === last) ? "softmax" : null;
  }
  if (!withActivation.has(className)) return null;
  if (config["activation"] === "sigmoid") return "sigmoid";
  return config["activation"] === "softmax" && config["dataFormat"] !== "channelsFirst" ? "softmax" : null;
}

/** The elements keep their order. */
function changesShapeOnly({ className, layer, inputs }: LayerCall): boolean {
  if (className === "Reshape" || className === "Flatten")
    return layer.getConfig()["dataFormat"] !== "channelsFirst";
  if (className === "Activation") return layer.getConfig()["activation"] === "linear";
  if (className !== "Permute") return false;
  const order = [layer.getConfig()["dims"]].flat().map(Number);
  const moved = order.filter((axis) => inputs[0]?.shape[axis] !== 1);
  return moved.every((axis, i) => i === 0 || axis > Number(moved[i - 1]));
}
