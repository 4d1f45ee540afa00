// Makes graphs of functions on the tensorflow engine, one for each set of input shapes. Nothing is taken on trust: a
// function is recorded twice, and both recordings must be the same to the byte (one that draws random numbers, or counts
// its calls, differs), and the graph must give what the function gave.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import type { TensorFlowBackend } from "../kernels/tensorflow/run-op.ts";
import type { TensorFunction } from "../ops/compiled.ts";
import { inputName, type Recording, record } from "./record.ts";
import { encodeSavedModel, savedModelTag } from "./saved-model.ts";

/** Calls that are not recorded: what is made at the first one, such as variables, is no part of the function. */
const callsBefore = 3;

/** A graph costs about half a second to prepare: time to spend when as much has been spent without one. */
const msBefore = 500;

/**
 * As large a difference, relative to a result's size, as another order of float32 sums makes; and relative to the
 * largest result, for those that are nothing but rounding, such as the gradient of a bias before batch normalisation.
 */
const [tolerance, floor] = [1e-2, 1e-5] as const;

interface Graph {
  readonly run: TensorFunction;
  readonly dispose: () => void;
}

const load = (backend: TensorFlowBackend, encoded: Uint8Array, { usedInputs, results }: Recording): Graph => {
  const folder = mkdtempSync(join(tmpdir(), "secateur-graph-"));
  try {
    writeFileSync(join(folder, "saved_model.pb"), encoded);
    const id = backend.loadSavedModelMetaGraph(folder, savedModelTag);
    const infos = usedInputs.map((place) => ({ name: `${inputName(place)}:0` }));
    return {
      run: (inputs) =>
        backend.runSavedModel(
          id,
          usedInputs.map((place) => inputs[place] as tf.Tensor),
          infos,
          results,
        ),
      dispose: () => backend.deleteSavedModel(id),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const agree = (expected: readonly tf.Tensor[], actual: readonly tf.Tensor[]): boolean =>
  tf.tidy(() => {
    const norm = (x: tf.Tensor): number => tf.norm(tf.cast(x, "float32")).dataSync()[0] ?? Number.NaN;
    const norms = expected.map(norm);
    const largest = Math.max(...norms);
    return expected.every((tensor, i) => {
      const other = actual[i];
      if (other === undefined || other.shape.join() !== tensor.shape.join()) return false;
      return norm(tf.sub(tensor, other)) <= tolerance * Number(norms[i]) + floor * largest;
    });
  });

/** One function with inputs of one set of shapes, on its way to becoming a graph. */
class Specialization {
  #calls = 0;
  #ms = 0;
  #first: Uint8Array | undefined;
  #graph: Graph | undefined;
  #isRefused = false;
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
    if (this.#isRefused || this.#calls < callsBefore || this.#ms < msBefore) return this.#runAsIs(inputs);
    const { outputs, recording } = record(this.#backend, this.#f, inputs);
    if (typeof recording === "string") this.#isRefused = true;
    else this.#consider(recording, inputs, outputs);
    return outputs;
  }

  #runAsIs(inputs: readonly tf.Tensor[]): readonly tf.Tensor[] {
    this.#calls++;
    const start = performance.now();
    const outputs = this.#f(inputs);
    this.#ms += performance.now() - start;
    return outputs;
  }

  #consider(recording: Recording, inputs: readonly tf.Tensor[], outputs: readonly tf.Tensor[]): void {
    const encoded = encodeSavedModel(recording.nodes);
    if (this.#first === undefined) {
      this.#first = encoded;
      return;
    }
    this.#isRefused = true; // unless all goes well
    if (Buffer.compare(this.#first, encoded) !== 0) return;
    try {
      const graph = load(this.#backend, encoded, recording);
      const again = graph.run(inputs);
      if (agree(outputs, again)) {
        this.#graph = graph;
        this.#graphs.push(graph);
      } else graph.dispose();
      tf.dispose([...again]);
    } catch {
      // TensorFlow takes some operations one by one that it refuses in a graph; then they go on one by one.
    }
  }
}

/** Graphs go when the function goes that they were made of. What is held for that must not hold the function. */
const abandoned = new FinalizationRegistry<readonly Graph[]>((graphs) => {
  for (const graph of graphs) graph.dispose();
});

export const compileToGraph = (f: TensorFunction): TensorFunction => {
  const graphs: Graph[] = [];
  const specializations = new Map<string, Specialization>();
  const run: TensorFunction = (inputs) => {
    const key = inputs.map(({ shape, dtype }) => `${dtype}[${shape.join()}]`).join();
    const backend = tf.backend() as unknown as TensorFlowBackend;
    const known = specializations.get(key) ?? new Specialization(f, backend, graphs);
    specializations.set(key, known);
    return known.run(inputs);
  };
  abandoned.register(run, graphs);
  return run;
};
