/**
 * Records the kernel calls of a forward pass on tfjs's own tape. Activations that no gradient needs are disposed when the
 * pass ends; tensors of which a gradient reads only the shape, as soon as they are recorded.
 */
import { requireTestedTfjs } from "@secateur/backend/ops";
import * as tf from "@tensorflow/tfjs-core";
import { TrainingError } from "../errors.ts";
import { withDepthToSpaceGradient } from "./depth-to-space.ts";
import { withDilatedGradients } from "./dilated-convolution.ts";

/** A kernel call, as tfjs records it. */
export interface TapeNode {
  readonly kernelName: string;
  /** Optional inputs may be undefined. */
  readonly inputs: Readonly<Record<string, tf.Tensor>>;
  readonly outputs: readonly tf.Tensor[];
  /** Kept clones of the tensors that the gradient needs. */
  readonly saved: readonly tf.Tensor[];
  readonly gradient?: (
    outputGradients: readonly (tf.Tensor | null)[],
  ) => Readonly<Record<string, () => tf.Tensor>>;
}

/** The part of tfjs's engine that records; not in its public types. */
interface RecordingEngine {
  readonly startTape: () => void;
  readonly endTape: () => void;
  readonly state: { activeTape: TapeNode[] | null; readonly gradientDepth: number };
}

/** Returns the value to differentiate, followed by any other results. */
export type Forward<T extends tf.Tensor> = () => readonly [T, ...(readonly tf.Tensor[])];

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

export interface RecordedPass<T extends tf.Tensor> {
  readonly value: T;
  readonly others: readonly tf.Tensor[];
  readonly tape: readonly TapeNode[];
}

/**
 * Runs `f` and keeps only its results and the tensors that gradients need.
 *
 * @throws TrainingError if called inside `tf.grads` or similar: this function takes over tfjs's only active tape.
 * @throws UnsupportedTfjsVersionError where the tape of the running tfjs is untested.
 */
export function record<T extends tf.Tensor>(f: Forward<T>): RecordedPass<T> {
  requireTestedTfjs();
  const engine = tf.engine() as unknown as RecordingEngine;
  if (engine.state.gradientDepth > 0) {
    throw new TrainingError(
      "a training step cannot run inside another gradient: call it outside of tf.grads",
    );
  }
  engine.startTape();
  engine.state.activeTape = new Tape();
  try {
    const [value, ...others] = withDepthToSpaceGradient(() =>
      withDilatedGradients(() => tf.tidy(() => [...f()] as [T, ...tf.Tensor[]])),
    );
    return { value, others, tape: engine.state.activeTape ?? [] };
  } catch (error) {
    for (const { saved } of engine.state.activeTape ?? []) tf.dispose([...saved]);
    throw error;
  } finally {
    engine.endTape();
    engine.state.activeTape = null;
  }
}
