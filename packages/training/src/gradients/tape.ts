/**
 * Reverse-mode differentiation over tfjs's own tape. Unlike tfjs's, this backward pass disposes every activation and every
 * gradient after its last use, which halves the memory of a training step.
 */
import * as tf from "@tensorflow/tfjs-core";
import { TrainingError } from "../errors.ts";
import { type Forward, record, type TapeNode } from "./record-tape.ts";

export type ValueAndGradients = {
  readonly value: tf.Scalar;
  /** The function's other results. */
  readonly others: tf.Tensor[];
  /** In the order of `xs`; undefined where the value does not depend on the tensor. */
  readonly gradients: (tf.Tensor | undefined)[];
};

/**
 * As `tf.valueAndGrads`, but `f` takes no arguments; it closes over `xs`, for instance model variables. `f` must not compute
 * gradients.
 *
 * @throws TrainingError if called inside `tf.grads` or similar: this function takes over tfjs's only active tape.
 */
export function valueAndGradients(f: Forward<tf.Scalar>, xs: readonly tf.Tensor[]): ValueAndGradients {
  const { value, others, gradients } = valueAndGradientsPerSeed(f, (loss) => [tf.onesLike(loss)], xs);
  return { value, others, gradients: gradients[0] ?? [] };
}

export type ValueAndGradientsPerSeed<T extends tf.Tensor> = {
  readonly value: T;
  readonly others: tf.Tensor[];
  /** For each seed, the gradients in the order of `xs`. */
  readonly gradients: (tf.Tensor | undefined)[][];
};

/**
 * One forward pass, and one backward pass for each seed: the gradients of `Σ seed · value` with the seed held constant.
 *
 * @param seeds - Returns the output gradients (seeds); each has the shape of `value`.
 */
export function valueAndGradientsPerSeed<T extends tf.Tensor>(
  f: Forward<T>,
  seeds: (value: T) => readonly tf.Tensor[],
  xs: readonly tf.Tensor[],
): ValueAndGradientsPerSeed<T> {
  const requested = new Set(xs.map(({ id }) => id));
  return tf.tidy(() => {
    const { value, others, tape } = record(f);
    try {
      const allSeeds = seeds(value);
      const gradients = allSeeds.map((seed, i) => {
        const gradientsById = backward(tape, value, seed, requested, i === allSeeds.length - 1);
        return xs.map(({ id }) => gradientsById.get(id));
      });
      return { value, others: [...others], gradients };
    } finally {
      for (const { saved } of tape) tf.dispose([...saved]);
    }
  });
}

/** The ids of all tensors that depend on the given ones, these included. */
function dependents(tape: readonly TapeNode[], ids: ReadonlySet<number>): ReadonlySet<number> {
  const dependentIds = new Set(ids);
  for (const { inputs, outputs } of tape) {
    if (outputs.every(({ dtype }) => dtype !== "float32")) continue; // comparisons and indices are constant
    if (!Object.values(inputs).some((input) => dependentIds.has(input?.id))) continue;
    for (const { id } of outputs) dependentIds.add(id);
  }
  return dependentIds;
}

/**
 * One backward pass.
 *
 * @param seed - The gradient of the value; disposed.
 * @param isLast - True for the last seed: saved tensors may be freed.
 * @returns The gradients of the requested tensors, by tensor id.
 */
function backward(
  tape: readonly TapeNode[],
  value: tf.Tensor,
  seed: tf.Tensor,
  requested: ReadonlySet<number>,
  isLast: boolean,
): ReadonlyMap<number, tf.Tensor> {
  const relevant = dependents(tape, requested);
  const gradients = new Map<number, tf.Tensor>([[value.id, seed]]);
  const add = (id: number, gradient: tf.Tensor): void => {
    const sum = gradients.get(id);
    gradients.set(id, sum === undefined ? gradient : tf.add(sum, gradient));
    if (sum !== undefined) tf.dispose([sum, gradient]);
  };
  const release = ({ outputs, saved }: TapeNode): void => {
    if (isLast) tf.dispose([...saved]);
    for (const { id } of outputs) {
      if (requested.has(id)) continue;
      gradients.get(id)?.dispose();
      gradients.delete(id);
    }
  };
  for (const node of tape.toReversed()) {
    const outputGradients = node.outputs.map(({ id }) => gradients.get(id) ?? null);
    const inputs = Object.entries(node.inputs).filter(([, input]) => relevant.has(input?.id));
    if (inputs.length > 0 && outputGradients.some((gradient) => gradient !== null)) {
      for (const [id, gradient] of inputGradients(node, inputs, outputGradients)) add(id, gradient);
    }
    release(node);
  }
  return gradients;
}

/** Gradients by input id. Each is a new tensor, even if a gradient function returns its argument or a saved tensor. */
function inputGradients(
  { kernelName, gradient, inputs: read, saved }: TapeNode,
  inputs: readonly (readonly [string, tf.Tensor])[],
  outputGradients: readonly (tf.Tensor | null)[],
): readonly (readonly [number, tf.Tensor])[] {
  if (gradient === undefined) throw new TrainingError(noGradient(kernelName));
  const usedIds = new Set([...outputGradients, ...saved, ...Object.values(read)].map((tensor) => tensor?.id));
  return tf.tidy(() => {
    const functions = gradient(outputGradients);
    return inputs.map(([name, { id }]) => {
      const inputGradient = onThisEngine(kernelName, () => functions[name]?.());
      if (inputGradient === undefined)
        throw new TrainingError(noGradient(`${kernelName} with respect to its ${name}`));
      const result = usedIds.has(inputGradient.id) ? tf.clone(inputGradient) : inputGradient;
      usedIds.add(result.id);
      return [id, result] as const;
    });
  });
}

/** Names the engine where a kernel of a gradient is missing. The cpu engine has all of tfjs's kernels. */
function onThisEngine<T>(kernelName: string, f: () => T): T {
  try {
    return f();
  } catch (error) {
    const missing = /Kernel '(\w+)' not registered for backend '(\w+)'/.exec(String(error));
    if (missing === null) throw error;
    throw new TrainingError(
      `engine "${missing[2]}" lacks the kernel ${missing[1]} for the gradient of ${kernelName}: use an engine that has it, for ` +
        "instance tfjs's cpu backend",
      { cause: error },
    );
  }
}

const noGradient = (kernel: string): string =>
  `tfjs has no gradient of kernel ${kernel} on any engine, so this model cannot be trained, or scored by a criterion that ` +
  "reads gradients: choose one that reads weights or activations";
