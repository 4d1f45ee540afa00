/**
 * Reverse-mode differentiation over tfjs's own tape. tfjs keeps every activation and its gradient until the backward pass
 * ends; here each is disposed after its last use, which halves the memory of a training step.
 */
import { requireTestedTfjs } from "@secateur/backend/ops";
import * as tf from "@tensorflow/tfjs-core";
import { TrainingError } from "../errors.ts";

/** A kernel call, as tfjs records it. */
interface TapeNode {
  readonly kernelName: string;
  /** Optional ones may be undefined. */
  readonly inputs: Readonly<Record<string, tf.Tensor>>;
  readonly outputs: readonly tf.Tensor[];
  /** Kept clones of the tensors that the gradient needs. */
  readonly saved: readonly tf.Tensor[];
  readonly gradient?: (dys: readonly (tf.Tensor | null)[]) => Readonly<Record<string, () => tf.Tensor>>;
}

/** The recording part of tfjs's engine, which its types keep private. */
interface RecordingEngine {
  readonly startTape: () => void;
  readonly endTape: () => void;
  readonly state: { activeTape: TapeNode[] | null; readonly gradientDepth: number };
}

function recorder(): RecordingEngine {
  requireTestedTfjs();
  return tf.engine() as unknown as RecordingEngine;
}

export type ValueAndGradients = {
  readonly value: tf.Scalar;
  /** The function's other results. */
  readonly others: tf.Tensor[];
  /** In the order of `xs`; undefined where the value does not depend on the tensor. */
  readonly gradients: (tf.Tensor | undefined)[];
};

/** Returns the value to differentiate, followed by any other results. */
type Forward<T extends tf.Tensor> = () => readonly [T, ...(readonly tf.Tensor[])];

/**
 * As `tf.valueAndGrads`, but for tensors that `f` reads itself, such as variables. Nothing else may be differentiated
 * within `f`.
 *
 * @throws TrainingError inside another gradient, because the tape is consumed.
 */
export function valueAndGradients(f: Forward<tf.Scalar>, xs: readonly tf.Tensor[]): ValueAndGradients {
  const { value, others, gradients } = valueAndPullbacks(f, (loss) => [tf.onesLike(loss)], xs);
  return { value, others, gradients: gradients[0] ?? [] };
}

export type ValueAndPullbacks<T extends tf.Tensor> = {
  readonly value: T;
  readonly others: tf.Tensor[];
  /** For each seed, the gradients in the order of `xs`. */
  readonly gradients: (tf.Tensor | undefined)[][];
};

/**
 * One forward pass, and one backward pass for each seed: the gradients of `Σ seed · value` with the seed held constant.
 *
 * @param seeds - Computes the seeds from the value; each has its shape.
 */
export function valueAndPullbacks<T extends tf.Tensor>(
  f: Forward<T>,
  seeds: (value: T) => readonly tf.Tensor[],
  xs: readonly tf.Tensor[],
): ValueAndPullbacks<T> {
  const engine = recorder();
  if (engine.state.gradientDepth > 0) {
    throw new TrainingError("a training step cannot run inside another gradient");
  }
  const wanted = new Set(xs.map(({ id }) => id));
  return tf.tidy(() => {
    const { value, others, tape } = record(engine, f);
    try {
      const all = seeds(value);
      const gradients = all.map((seed, i) => {
        const found = accumulate(tape, value, seed, wanted, i === all.length - 1);
        return xs.map(({ id }) => found.get(id));
      });
      return { value, others: [...others], gradients };
    } finally {
      for (const { saved } of tape) tf.dispose([...saved]);
    }
  });
}

/** Kernels whose gradients read only the shapes of the tensors that tfjs saves for them. */
const gradientNeedsShapesOnly: ReadonlySet<string> = new Set([
  tf.Add,
  tf.Concat,
  tf.Mean,
  tf.PadV2,
  tf.Reshape,
  tf.Sub,
  tf.Sum,
]);

/** The list that tfjs records kernel calls on. A disposed tensor still has its shape. */
class Tape extends Array<TapeNode> {
  override push(...nodes: TapeNode[]): number {
    for (const { kernelName, saved } of nodes)
      if (gradientNeedsShapesOnly.has(kernelName)) tf.dispose([...saved]);
    return super.push(...nodes);
  }
}

interface RecordedPass<T extends tf.Tensor> {
  readonly value: T;
  readonly others: readonly tf.Tensor[];
  readonly tape: readonly TapeNode[];
}

/** Runs `f` and keeps only its results and what the gradients need. */
function record<T extends tf.Tensor>(engine: RecordingEngine, f: Forward<T>): RecordedPass<T> {
  engine.startTape();
  engine.state.activeTape = new Tape();
  try {
    const [value, ...others] = tf.tidy(() => [...f()] as [T, ...tf.Tensor[]]);
    return { value, others, tape: engine.state.activeTape ?? [] };
  } catch (error) {
    for (const { saved } of engine.state.activeTape ?? []) tf.dispose([...saved]);
    throw error;
  } finally {
    engine.endTape();
    engine.state.activeTape = null;
  }
}

/** The ids of all tensors that depend on the given ones, these included. */
function dependents(tape: readonly TapeNode[], ids: ReadonlySet<number>): ReadonlySet<number> {
  const found = new Set(ids);
  for (const { inputs, outputs } of tape) {
    if (!Object.values(inputs).some((input) => found.has(input?.id))) continue;
    for (const { id } of outputs) found.add(id);
  }
  return found;
}

/**
 * @param seed - The gradient of the value itself; disposed.
 * @param isLast - No later pass needs the tape.
 * @returns The gradients of the wanted tensors, by tensor id.
 */
function accumulate(
  tape: readonly TapeNode[],
  value: tf.Tensor,
  seed: tf.Tensor,
  wanted: ReadonlySet<number>,
  isLast: boolean,
): ReadonlyMap<number, tf.Tensor> {
  const relevant = dependents(tape, wanted);
  const gradients = new Map<number, tf.Tensor>([[value.id, seed]]);
  const add = (id: number, gradient: tf.Tensor): void => {
    const sum = gradients.get(id);
    gradients.set(id, sum === undefined ? gradient : tf.add(sum, gradient));
    if (sum !== undefined) tf.dispose([sum, gradient]);
  };
  const release = ({ outputs, saved }: TapeNode): void => {
    if (isLast) tf.dispose([...saved]);
    for (const { id } of outputs) {
      if (wanted.has(id)) continue;
      gradients.get(id)?.dispose();
      gradients.delete(id);
    }
  };
  for (const node of tape.toReversed()) {
    const dys = node.outputs.map(({ id }) => gradients.get(id) ?? null);
    const inputs = Object.entries(node.inputs).filter(([, input]) => relevant.has(input?.id));
    if (inputs.length > 0 && dys.some((dy) => dy !== null)) {
      for (const [id, gradient] of inputGradients(node, inputs, dys)) add(id, gradient);
    }
    release(node);
  }
  return gradients;
}

/** By the input's id. Each is a tensor of its own, also where a gradient function returns its argument. */
function inputGradients(
  { kernelName, gradient }: TapeNode,
  inputs: readonly (readonly [string, tf.Tensor])[],
  dys: readonly (tf.Tensor | null)[],
): readonly (readonly [number, tf.Tensor])[] {
  if (gradient === undefined) throw new TrainingError(`tfjs has no gradient of ${kernelName}`);
  const taken = new Set(dys.map((dy) => dy?.id));
  return tf.tidy(() => {
    const functions = gradient(dys);
    return inputs.map(([name, { id }]) => {
      const found = functions[name]?.();
      if (found === undefined)
        throw new TrainingError(`tfjs has no gradient of ${kernelName} for its ${name}`);
      const own = taken.has(found.id) ? tf.clone(found) : found;
      taken.add(own.id);
      return [id, own] as const;
    });
  });
}
