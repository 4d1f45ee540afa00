/**
 * Reverse accumulation over tfjs's own tape. tfjs keeps every activation and every activation's gradient until the last
 * gradient is known; here each is disposed as soon as the pass has used it, which halves the memory of a training step
 * and lets an engine use it again while it is in the cache.
 */
import * as tf from "@tensorflow/tfjs-core";
import { TrainingError } from "./errors.ts";

/** A kernel that ran, as tfjs records it. */
interface TapeNode {
  readonly kernelName: string;
  /** Optional ones may be undefined. */
  readonly inputs: Readonly<Record<string, tf.Tensor>>;
  readonly outputs: readonly tf.Tensor[];
  /** What the gradient needs: kept clones. */
  readonly saved: readonly tf.Tensor[];
  readonly gradient?: (dys: readonly (tf.Tensor | null)[]) => Readonly<Record<string, () => tf.Tensor>>;
}

/** The part of tfjs's engine that records; its types keep it private. */
interface RecordingEngine {
  readonly startTape: () => void;
  readonly endTape: () => void;
  readonly state: { activeTape: TapeNode[] | null; readonly gradientDepth: number };
}

const recorder = (): RecordingEngine => tf.engine() as unknown as RecordingEngine;

export type ValueAndGradients = {
  readonly value: tf.Scalar;
  /** What else the function gave. */
  readonly others: tf.Tensor[];
  /** In the order of `xs`; undefined where the value does not depend on that one. */
  readonly gradients: (tf.Tensor | undefined)[];
};

/** Gives what is differentiated, and after it whatever else is wanted of the pass. */
type Forward<T extends tf.Tensor> = () => readonly [T, ...(readonly tf.Tensor[])];

/**
 * As `tf.valueAndGrads`, but for tensors that `f` reaches by itself, such as variables. Within `f` and its gradients
 * nothing else may be differentiated.
 *
 * @throws TrainingError inside another gradient: the tape of a gradient is used up when it is known.
 */
export function valueAndGradients(f: Forward<tf.Scalar>, xs: readonly tf.Tensor[]): ValueAndGradients {
  const { value, others, gradients } = valueAndPullbacks(f, (loss) => [tf.onesLike(loss)], xs);
  return { value, others, gradients: gradients[0] ?? [] };
}

export type ValueAndPullbacks<T extends tf.Tensor> = {
  readonly value: T;
  readonly others: tf.Tensor[];
  /** For each seed what `gradients` is for the one seed 1. */
  readonly gradients: (tf.Tensor | undefined)[][];
};

/**
 * One pass forward, and one back for each seed: the gradients of `Σ seed · value`, the seed held constant. While passes
 * are still to come, what they need is kept.
 *
 * @param seeds of the value's shape, made of it.
 */
export function valueAndPullbacks<T extends tf.Tensor>(
  f: Forward<T>,
  seeds: (value: T) => readonly tf.Tensor[],
  xs: readonly tf.Tensor[],
): ValueAndPullbacks<T> {
  const engine = recorder();
  if (engine.state.gradientDepth > 0) {
    throw new TrainingError("a training step cannot be taken inside another gradient");
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

/** Their gradients look at no values of what tfjs saves for them, at shapes alone. */
const shapesAreEnough: ReadonlySet<string> = new Set([
  tf.Add,
  tf.Concat,
  tf.Mean,
  tf.PadV2,
  tf.Reshape,
  tf.Sub,
  tf.Sum,
]);

/** What tfjs writes its kernels on. A disposed tensor still has its shape. */
class Tape extends Array<TapeNode> {
  override push(...nodes: TapeNode[]): number {
    for (const { kernelName, saved } of nodes) if (shapesAreEnough.has(kernelName)) tf.dispose([...saved]);
    return super.push(...nodes);
  }
}

interface RecordedPass<T extends tf.Tensor> {
  readonly value: T;
  readonly others: readonly tf.Tensor[];
  readonly tape: readonly TapeNode[];
}

/** Runs `f`; of all it made only what it gives and what the gradients need are left. */
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

/** The ids of everything that depends on the given tensors, these included. */
function dependents(tape: readonly TapeNode[], ids: ReadonlySet<number>): ReadonlySet<number> {
  const found = new Set(ids);
  for (const { inputs, outputs } of tape) {
    if (!Object.values(inputs).some((input) => found.has(input?.id))) continue;
    for (const { id } of outputs) found.add(id);
  }
  return found;
}

/**
 * @param seed the gradient of the value itself; used up.
 * @param isLast nothing needs the tape afterwards.
 * @returns By tensor id, the gradients of those asked for.
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

/** By input's id; tensors of their own, even where a gradient hands on what it was given. */
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
