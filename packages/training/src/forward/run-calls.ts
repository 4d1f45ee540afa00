/**
 * Runs a model's layer calls, producers before consumers. Batch normalisation and its neighbours are fused; a final softmax
 * or sigmoid may be omitted.
 */
import { type GraphTensor, isModel, type LayerCall, modelGraph } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { TrainingError } from "../errors.ts";
import { frozenNormalizations, normalizesLastAxis } from "./batch-normalization.ts";
import { activate, noFinalActivations } from "./final-activation.ts";
import { type Fusions, fusedCalls, fusionsOf, runFused } from "./layer-fusion.ts";
import { type Masks, passMasks, requireNoMask } from "./masks.ts";
import { hookAt, type Pass, usesBatch } from "./pass.ts";
import { isRecurrent } from "./recurrent.ts";
import { runLayer } from "./run-layer.ts";
import { runTimeDistributed } from "./time-distributed.ts";

export type Values = Map<GraphTensor, tf.Tensor>;

/** The model's outputs. @param inputs - One tensor per model input. */
export function runModel(
  model: tfl.LayersModel,
  inputs: readonly tf.Tensor[],
  pass: Pass,
): readonly tf.Tensor[] {
  const graph = modelGraph(model);
  const values: Values = new Map();
  setAll(values, graph.inputs, castInputs(model, inputs));
  runCalls(graph.calls, values, graph.outputs, pass, new Map());
  return outputsOf(graph.outputs, values, pass);
}

/** Outputs after a pass: as logits where the pass asks for them, though other outputs may be the same tensor. */
export function outputsOf(
  outputs: readonly GraphTensor[],
  values: Values,
  { finalActivations: { logits, outputs: asLogits } }: Pass,
): readonly tf.Tensor[] {
  return outputs.map((output) => {
    const head = asLogits.has(output) ? undefined : logits.get(output);
    return head === undefined ? read(values, output) : activate(read(values, output), head);
  });
}

/** Inputs of the types that the model takes, for instance float32 images from int32 pixels. */
export function castInputs(model: tfl.LayersModel, inputs: readonly tf.Tensor[]): readonly tf.Tensor[] {
  return inputs.map((x, i) => {
    const dtype = model.inputs[i]?.dtype ?? x.dtype;
    return x.dtype === dtype ? x : tf.cast(x, dtype);
  });
}

/**
 * Runs some of a model's calls. `values` holds their inputs; the requested tensors are added to it. A tensor is disposed as
 * soon as its last reader has run; tfjs keeps what gradients need.
 *
 * @param masks - Filled with the masks of time steps. Default: a layer that creates one is refused, because calls outside of
 *   `calls` could need it.
 */
export function runCalls(
  calls: readonly LayerCall[],
  values: Values,
  requested: readonly GraphTensor[],
  pass: Pass,
  masks?: Masks,
): void {
  const fusions = possibleFusions(calls, requested, pass);
  const absorbed = new Set(fusions.values());
  const release = releaser(calls, values, requested);
  for (const call of calls) {
    if (call.inputs.length === 0 || absorbed.has(call)) continue; // an InputLayer, or part of the next call
    const fused = fusedCalls(fusions, call);
    const [first] = fused;
    const inputs = inputsOf(values, first, pass);
    const run = (): readonly tf.Tensor[] =>
      fused.length === 1
        ? runCall(call, inputs, pass, masks?.get(call.inputs[0] as GraphTensor))
        : [runFused(fused, inputs[0] as tf.Tensor)];
    // In training mode a batch normalisation hands its statistics to the pass.
    const results = pass.mode === "eval" ? tf.tidy(() => [...run()]) : run();
    if (masks === undefined) requireNoMask(call);
    else passMasks(call, inputs, masks);
    const hook = hookAt(pass.outputHooks, call.path);
    setAll(values, call.outputs, hook === undefined ? results : results.map(hook));
    release(first.inputs);
  }
}

function runCall(
  call: LayerCall,
  inputs: readonly tf.Tensor[],
  pass: Pass,
  mask?: tf.Tensor,
): readonly tf.Tensor[] {
  if (call.className !== "TimeDistributed" || pass.finalActivations.calls.has(call))
    return runLayer(call, inputs, pass, mask);
  const inner: Pass = { ...pass, outputHooks: {}, inputHooks: {}, finalActivations: noFinalActivations };
  const output = runTimeDistributed(call.layer, inputs[0] as tf.Tensor, (layer, x) => {
    const [y] = isModel(layer)
      ? runModel(layer, [x], {
          ...inner,
          ...(pass.frozen && { frozen: new Set(frozenNormalizations(layer)) }),
        })
      : runCall({ ...call, className: layer.getClassName(), layer, outputs: [] }, [x], inner);
    return y as tf.Tensor;
  });
  return [output];
}

/** Call after a layer has run: frees its inputs if no later layer reads them. Never disposes the caller's tensors. */
function releaser(
  calls: readonly LayerCall[],
  values: Values,
  requested: readonly GraphTensor[],
): (inputs: readonly GraphTensor[]) => void {
  const kept = new Set([...values.keys(), ...requested]);
  const readers = new Map<GraphTensor, number>();
  for (const input of calls.flatMap(({ inputs }) => inputs))
    readers.set(input, 1 + (readers.get(input) ?? 0));
  const scope = tf.engine().state.activeScope?.id;
  return (inputs) => {
    for (const input of inputs) {
      const remaining = (readers.get(input) ?? 0) - 1;
      readers.set(input, remaining);
      const tensor = values.get(input);
      if (remaining > 0 || tensor === undefined || kept.has(input)) continue;
      values.delete(input);
      const isShared = [...values.values()].includes(tensor); // a layer returned its input
      if (!isShared && !tensor.kept && tensor.scopeId === scope) tensor.dispose();
    }
  };
}

/** Fusions that this pass allows: not of batch normalisation in training, nor across a tensor with a hook. */
function possibleFusions(
  calls: readonly LayerCall[],
  requested: readonly GraphTensor[],
  pass: Pass,
): Fusions {
  const { outputHooks, inputHooks } = pass;
  const isPossible = ([call, before]: readonly [LayerCall, LayerCall]): boolean =>
    !(normalizesLastAxis(call.layer, 4) && usesBatch(pass, call.path)) &&
    hookAt(outputHooks, before.path) === undefined &&
    hookAt(inputHooks, call.path) === undefined;
  return new Map([...fusionsOf(calls, requested)].filter(isPossible));
}

/**
 * Layers outside of a head read logits with the activation. A hook on a recurrent layer's input receives its sequence, not its
 * initial states.
 */
function inputsOf(
  values: Values,
  call: LayerCall,
  { inputHooks, finalActivations: { tails, logits } }: Pass,
): readonly tf.Tensor[] {
  const { path, inputs } = call;
  const hook = hookAt(inputHooks, path);
  const tensors = inputs.map((input) => {
    const value = read(values, input);
    const head = tails.has(call) ? undefined : logits.get(input);
    return head === undefined ? value : activate(value, head);
  });
  if (hook === undefined) return tensors;
  return tensors.map((tensor, i) => (i > 0 && isRecurrent(call) ? tensor : hook(tensor)));
}

export function read(values: Values, tensor: GraphTensor): tf.Tensor {
  const value = values.get(tensor);
  if (value === undefined)
    throw new TrainingError(`tensor "${tensor.name}" has no value: the layer that computes it has not run`);
  return value;
}

function setAll(values: Values, tensors: readonly GraphTensor[], results: readonly tf.Tensor[]): void {
  for (const [i, tensor] of tensors.entries()) {
    const result = results[i];
    if (result !== undefined) values.set(tensor, result);
  }
}
