/** A minibatch, and the check that it fits a model. */
import { modelGraph } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { TrainingError } from "./errors.ts";
import type { Loss } from "./losses/loss.ts";

type OneOrSeveral = tf.Tensor | tf.Tensor[];

/** `Batch<tf.Tensor, tf.Tensor>` is a minibatch for a model of one input and one output. */
export interface Batch<
  Inputs extends OneOrSeveral = OneOrSeveral,
  Targets extends OneOrSeveral = OneOrSeveral,
> {
  /** `[batch, ...the model's input shape]`; a list for a model of several inputs. */
  readonly xs: Inputs;
  /** Targets in the form that the loss expects, for instance classes `[batch]`, int32; a list for several outputs. */
  readonly ys: Targets;
}

export type Batches = Iterable<Batch> | AsyncIterable<Batch>;

/** A minibatch that may lack targets. */
export type UnlabelledBatch = Pick<Batch, "xs"> & Partial<Pick<Batch, "ys">>;

export type UnlabelledBatches = Iterable<UnlabelledBatch> | AsyncIterable<UnlabelledBatch>;

/** Throws `TrainingError` for anything but tensors. */
export function inputsOf({ xs }: UnlabelledBatch): readonly tf.Tensor[] {
  return tensorsOf("xs", xs);
}

/** Empty for a minibatch without targets. Throws `TrainingError` for anything but tensors. */
export function targetsOf({ ys }: UnlabelledBatch): readonly tf.Tensor[] {
  const isMissing = ys === undefined || (Array.isArray(ys) && ys.length === 0);
  return isMissing ? [] : tensorsOf("ys", ys);
}

function tensorsOf(name: "xs" | "ys", value: unknown): readonly tf.Tensor[] {
  const list = Array.isArray(value) ? value : [value];
  if (list.length > 0 && list.every((each) => each instanceof tf.Tensor)) {
    const text = list.find(({ dtype }) => dtype === "string" || dtype === "complex64");
    if (text === undefined) return list;
    throw new TrainingError(
      `${name} is a tensor of type ${text.dtype}: pass one of numbers, float32 or int32`,
    );
  }
  const maker =
    name === "xs" ? "tf.tensor(values, [examples, ...input shape])" : 'tf.tensor1d(classes, "int32")';
  throw new TrainingError(
    `${name} must be a tf.Tensor, or a list of one per ${name === "xs" ? "input" : "output"}, not ${described(value)}: pass ${maker}`,
  );
}

function described(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : `a list of ${described(value[0])}`;
  if (typeof value === "number") return "numbers";
  if (ArrayBuffer.isView(value)) return `a ${value.constructor.name}`;
  if (typeof value === "object" && value !== null)
    return `an object with ${Object.keys(value).slice(0, 3).join(", ") || "no keys"}`;
  return String(value);
}

/** The number of examples. */
export function batchSize(batch: UnlabelledBatch): number {
  return inputsOf(batch)[0]?.shape[0] ?? 0;
}

export function disposeBatch({ xs, ys }: UnlabelledBatch): void {
  const values: readonly unknown[] = [xs, ys].flat();
  tf.dispose(values.filter((each) => each instanceof tf.Tensor) as tf.Tensor[]);
}

/**
 * Checks a batch before anything is computed, because tfjs leaks saved tensors when an operation throws during a gradient.
 * Reads no values: `checkLabels` does.
 *
 * @throws TrainingError for a batch that does not fit the model.
 */
export function checkBatch(model: tfl.LayersModel, batch: Batch, losses: readonly Loss[]): void {
  const { outputs } = modelGraph(model);
  checkInputs(model, inputsOf(batch));
  const targets = targetsOf(batch);
  if (targets.length !== outputs.length) {
    throw new TrainingError(
      `the batch has ${targets.length} targets in ys, but model "${model.name}" has ${outputs.length} outputs: pass one tensor per output`,
    );
  }
  for (const [i, target] of targets.entries()) {
    const shape = outputs[i]?.shape.slice(1) ?? [];
    const problem =
      target.shape[0] === batchSize(batch)
        ? (losses[i]?.checkTarget?.(target, shape) ?? null)
        : `the batch has ${batchSize(batch)} examples`;
    if (problem !== null) throw labelError(batch, target, problem);
  }
}

/** @param problem - The end of a sentence, with "[batch" for the number of examples. */
export function labelError(batch: Batch, target: tf.Tensor, problem: string): TrainingError {
  return new TrainingError(
    `the labels (ys) are [${target.shape}]; ${problem.replaceAll("[batch", `[${batchSize(batch)}`)}`,
  );
}

/** Throws `TrainingError` for inputs that do not fit the model. */
export function checkInputs(model: tfl.LayersModel, xs: readonly tf.Tensor[]): void {
  const { name } = model;
  const { inputs } = modelGraph(model);
  if (xs.some(({ isDisposed }) => isDisposed))
    throw new TrainingError(
      "the batch (xs) is disposed, as minibatches are after use: pass a function that makes them anew, or tf.clone of the tensors",
    );
  if (Number(xs[0]?.shape[0] ?? 0) === 0) throw new TrainingError("the batch has no examples");
  if (xs.length !== inputs.length)
    throw new TrainingError(
      `the batch has ${xs.length} inputs in xs, but model "${name}" has ${inputs.length} inputs: pass one tensor per input`,
    );
  for (const [i, x] of xs.entries()) {
    const [, ...shape] = inputs[i]?.shape ?? [];
    const fits =
      x.rank === shape.length + 1 && shape.every((size, axis) => size === null || size === x.shape[axis + 1]);
    if (fits && x.shape[0] === xs[0]?.shape[0]) continue;
    const expected = ["batch", ...shape.map((size) => size ?? "any")].join();
    throw new TrainingError(`the batch (xs) is [${x.shape}], but model "${name}" takes [${expected}]`);
  }
}
