/**
 * Compiles functions to graphs on the tensorflow engine, one for each set of input shapes and dtypes. A function is recorded
 * twice, and both recordings must be equal byte for byte: one that uses a call counter produces different recordings and is not
 * compiled, nor is one that draws random numbers. The graph's outputs must agree with the function's, compared by norm and up
 * to 4,096 sampled values, to save memory.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TensorFunction } from "@secateur/backend/ops";
import * as tf from "@tensorflow/tfjs-core";
import type { TensorFlowBackend } from "../kernels/run-op.ts";
import { inputName, type Recording, record } from "./record.ts";
import { encodeSavedModel, savedModelTag } from "./saved-model.ts";

/** Calls before recording starts. Variables may be created in the first calls; three is a margin. */
const callsBefore = 3;

/** A graph takes about half a second to prepare, so recording starts when its calls have taken that long in total. */
const msBefore = 500;

/**
 * The allowed difference relative to a result's norm, for float32 sums in another order; and relative to the largest
 * norm, for results that are only rounding errors, such as the gradient of a bias before batch normalisation.
 */
const [rtol, rtolOfLargest] = [1e-2, 1e-5] as const;

interface Graph {
  readonly run: TensorFunction;
  readonly dispose: () => void;
}

const load = (backend: TensorFlowBackend, encoded: Uint8Array, { usedInputs, results }: Recording): Graph => {
  const folder = mkdtempSync(join(tmpdir(), "secateur-graph-"));
  try {
    writeFileSync(join(folder, "saved_model.pb"), encoded);
    const id = backend.loadSavedModelMetaGraph(folder, savedModelTag);
    const infos = usedInputs.map((index) => ({ name: `${inputName(index)}:0` }));
    return {
      run: (inputs) =>
        backend.runSavedModel(
          id,
          usedInputs.map((index) => inputs[index] as tf.Tensor),
          infos,
          results,
        ),
      dispose: () => backend.deleteSavedModel(id),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** What is kept of a result for the comparison. */
interface Digest {
  readonly shape: string;
  readonly norm: number;
  /** Values at regular intervals over the whole tensor. */
  readonly sample: Float32Array;
}

const sampleSize = 4096;

const digest = (tensor: tf.Tensor): Digest =>
  tf.tidy(() => {
    const flat = tf.cast(tf.reshape(tensor, [-1]), "float32");
    const stride = Math.ceil(Math.max(1, flat.size) / sampleSize);
    const sample = tf.stridedSlice(flat, [0], [flat.size], [stride]).dataSync<"float32">().slice();
    return { shape: tensor.shape.join(), norm: tf.norm(flat).dataSync()[0] ?? Number.NaN, sample };
  });

const normOf = (values: Float32Array): number => Math.hypot(...values);

const agree = (expected: readonly Digest[], actual: readonly Digest[]): boolean => {
  const largest = Math.max(...expected.map(({ norm }) => norm));
  const isNear = (difference: number, size: number): boolean =>
    difference <= rtol * size + rtolOfLargest * largest;
  return expected.every(({ shape, norm, sample }, i) => {
    const other = actual[i];
    if (other === undefined || other.shape !== shape) return false;
    const differences = sample.map((value, k) => value - Number(other.sample[k]));
    return isNear(Math.abs(norm - other.norm), norm) && isNear(normOf(differences), normOf(sample));
  });
};

/** One function for one set of input shapes and dtypes: called as it is, then recorded, then run as a graph. */
class Specialization {
  #calls = 0;
  #ms = 0;
  #previousRecording: Uint8Array | undefined;
  #graph: Graph | undefined;
  #staysUncompiled = false;
  readonly #f: TensorFunction;
  readonly #backend: TensorFlowBackend;
  readonly #graphs: Graph[];

  constructor(f: TensorFunction, backend: TensorFlowBackend, graphs: Graph[]) {
    this.#f = f;
    this.#backend = backend;
    this.#graphs = graphs;
  }

  run(inputs: readonly tf.Tensor[]): readonly tf.Tensor[] {
    if (this.#graph !== undefined) return this.#graph.run(inputs);
    if (this.#staysUncompiled || this.#calls < callsBefore || this.#ms < msBefore)
      return this.#runAsIs(inputs);
    const { outputs, recording } = record(this.#backend, this.#f, inputs);
    if (typeof recording === "string") {
      this.#staysUncompiled = true;
      return outputs;
    }
    const previous = this.#previousRecording;
    this.#previousRecording = encodeSavedModel(recording.nodes);
    if (previous === undefined) return outputs;
    this.#staysUncompiled = Buffer.compare(previous, this.#previousRecording) !== 0;
    return this.#staysUncompiled ? outputs : this.#switchToGraph(previous, recording, inputs, outputs);
  }

  #runAsIs(inputs: readonly tf.Tensor[]): readonly tf.Tensor[] {
    this.#calls++;
    const start = performance.now();
    const outputs = this.#f(inputs);
    this.#ms += performance.now() - start;
    return outputs;
  }

  /** Disposes the function's outputs and returns the graph's; where these differ, calls the function again. */
  #switchToGraph(
    encoded: Uint8Array,
    recording: Recording,
    inputs: readonly tf.Tensor[],
    outputs: readonly tf.Tensor[],
  ): readonly tf.Tensor[] {
    const expected = outputs.map(digest);
    tf.dispose(outputs.filter((output) => !inputs.includes(output)));
    const replaced = this.#tryGraph(encoded, recording, inputs, expected);
    this.#previousRecording = undefined;
    this.#staysUncompiled = replaced === null;
    return replaced ?? this.#f(inputs);
  }

  #tryGraph(
    encoded: Uint8Array,
    recording: Recording,
    inputs: readonly tf.Tensor[],
    expected: readonly Digest[],
  ): readonly tf.Tensor[] | null {
    let graph: Graph | undefined;
    try {
      graph = load(this.#backend, encoded, recording);
      const outputs = graph.run(inputs);
      if (agree(expected, outputs.map(digest))) {
        this.#graph = graph;
        this.#graphs.push(graph);
        return outputs;
      }
      tf.dispose([...outputs]);
    } catch {
      // TensorFlow refuses some operations in a graph that it runs one by one; then the function goes on being called.
    }
    graph?.dispose();
    return null;
  }
}

/** Disposes graphs after their function is garbage-collected; `graphs` must not refer to the function. */
const collected = new FinalizationRegistry<readonly Graph[]>((graphs) => {
  for (const graph of graphs) graph.dispose();
});

/** `compiled()` of @secateur/backend keeps one result per backend, so the backend of the first call may be captured. */
export function compileToGraph(f: TensorFunction): TensorFunction {
  const graphs: Graph[] = [];
  const specializations = new Map<string, Specialization>();
  const run: TensorFunction = (inputs) => {
    const key = inputs.map(({ shape, dtype }) => `${dtype}[${shape.join()}]`).join();
    const backend = tf.backend() as unknown as TensorFlowBackend;
    const specialization = specializations.get(key) ?? new Specialization(f, backend, graphs);
    specializations.set(key, specialization);
    return specialization.run(inputs);
  };
  collected.register(run, graphs);
  return run;
}
