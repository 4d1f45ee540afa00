/** Runs a function once and records every TensorFlow operation that it calls, as the nodes of a graph. */

import type { TensorFunction } from "@secateur/backend/ops";
import type { DataId, Tensor } from "@tensorflow/tfjs-core";
import type { Attribute, TensorFlowBackend } from "../kernels/run-op.ts";
import type { AttributeValue, GraphNode } from "./saved-model.ts";

export interface Recording {
  readonly nodes: readonly GraphNode[];
  /** The indices of the function's inputs that the graph depends on. */
  readonly usedInputs: readonly number[];
  /** `node:output` of each result. */
  readonly results: readonly string[];
}

export interface Recorded {
  readonly outputs: readonly Tensor[];
  /** A text is the reason why the function cannot become a graph. */
  readonly recording: Recording | string;
}

export function inputName(index: number): string {
  return `input${index}`;
}

/** TensorFlow's numbers of its types, by tfjs's names. */
const typeNumbers: Readonly<Record<string, number>> = { float32: 1, int32: 3, bool: 10 };

interface Constant {
  readonly values: ArrayBufferView | readonly number[];
  readonly shape: readonly number[];
  readonly dtype: string;
}

/** The kinds of attributes by the name of their type in tfjs-node's binding: of one value, and of a list. */
const attributeKinds = {
  TF_ATTR_BOOL: ["bool", undefined],
  TF_ATTR_FLOAT: ["float", "floats"],
  TF_ATTR_INT: ["int", "ints"],
  TF_ATTR_SHAPE: [undefined, "shape"],
  TF_ATTR_STRING: ["string", undefined],
  TF_ATTR_TYPE: ["type", undefined],
} as const;

const attributeValue = (
  { binding }: TensorFlowBackend,
  { type, value }: Attribute,
): AttributeValue | undefined => {
  const names = Object.keys(attributeKinds) as (keyof typeof attributeKinds)[];
  const name = names.find((each) => binding[each] === type);
  const kind = name === undefined ? undefined : attributeKinds[name][Array.isArray(value) ? 1 : 0];
  return kind === undefined ? undefined : ({ kind, value } as AttributeValue);
};

class Recorder {
  readonly nodes: GraphNode[] = [];
  readonly usedInputs = new Set<number>();
  refusal: string | undefined;
  readonly #backend: TensorFlowBackend;
  readonly #inputs: readonly Tensor[];
  readonly #indices: ReadonlyMap<DataId, number>;
  /** `node:output` that each tensor's values come from. */
  readonly #sources = new Map<DataId, string>();
  readonly #constants = new Map<DataId, Constant>();

  constructor(backend: TensorFlowBackend, inputs: readonly Tensor[]) {
    this.#backend = backend;
    this.#inputs = inputs;
    this.#indices = new Map(inputs.map(({ dataId }, index) => [dataId, index]));
    if (this.#indices.size < inputs.length) this.refusal = "two of its inputs share their values";
  }

  refuse(reason: string): void {
    this.refusal ??= reason;
  }

  addConstant(dataId: DataId, constant: Constant): void {
    this.#constants.set(dataId, constant);
  }

  addOperation(
    operation: string,
    attributes: readonly Attribute[],
    inputs: readonly { readonly dataId: DataId }[],
    outputs: readonly Tensor[],
  ): void {
    const sources = inputs.map(({ dataId }) => this.source(dataId));
    const values = attributes.map(
      (attribute) => [attribute.name, attributeValue(this.#backend, attribute)] as const,
    );
    const unknown = values.find(([, value]) => value === undefined);
    if (unknown !== undefined) this.refuse(`${operation} has a "${unknown[0]}" of an unknown kind`);
    const name = `node${this.nodes.length}`;
    const converted = Object.fromEntries(values) as GraphNode["attributes"];
    this.nodes.push({ name, operation, inputs: sources, attributes: converted });
    for (const [i, { dataId }] of outputs.entries()) this.#sources.set(dataId, `${name}:${i}`);
  }

  source(dataId: DataId): string {
    const existing = this.#sources.get(dataId);
    if (existing !== undefined) return existing;
    const node = this.#inputNode(dataId) ?? this.#constantNode(dataId);
    if (node === undefined) {
      this.refuse("it uses a tensor that is not among its inputs");
      return "";
    }
    this.nodes.push(node);
    const source = `${node.name}:0`;
    this.#sources.set(dataId, source);
    return source;
  }

  #inputNode(dataId: DataId): GraphNode | undefined {
    const index = this.#indices.get(dataId);
    const input = index === undefined ? undefined : this.#inputs[index];
    if (index === undefined || input === undefined) return undefined;
    this.usedInputs.add(index);
    return {
      name: inputName(index),
      operation: "Placeholder",
      inputs: [],
      attributes: {
        dtype: { kind: "type", value: this.#type(input.dtype) },
        shape: { kind: "shape", value: input.shape },
      },
    };
  }

  #constantNode(dataId: DataId): GraphNode | undefined {
    const constant = this.#constants.get(dataId);
    if (constant === undefined) return undefined;
    const { values, shape, dtype } = constant;
    const type = this.#type(dtype);
    return {
      name: `constant${this.nodes.length}`,
      operation: "Const",
      inputs: [],
      attributes: {
        dtype: { kind: "type", value: type },
        value: { kind: "tensor", value: { type, shape, bytes: bytesOf(values, dtype) } },
      },
    };
  }

  #type(dtype: string): number {
    const type = typeNumbers[dtype];
    if (type === undefined) this.refuse(`it uses a tensor of ${dtype}`);
    return type ?? 0;
  }
}

const bytesOf = (values: Constant["values"], dtype: string): Uint8Array => {
  if (!ArrayBuffer.isView(values)) {
    const typed = dtype === "float32" ? Float32Array : dtype === "int32" ? Int32Array : Uint8Array;
    return bytesOf(typed.from(values), dtype);
  }
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice();
};

/**
 * Runs `f` and returns its outputs, whether it can become a graph or not. All random numbers of TensorFlow.js come from
 * `Math.random` or a seed of the operation's own, with which they are always the same.
 */
export function record(backend: TensorFlowBackend, f: TensorFunction, inputs: readonly Tensor[]): Recorded {
  const recorder = new Recorder(backend, inputs);
  const { executeSingleOutput, executeMultipleOutputs, write, readSync } = backend;
  const overrides: Partial<TensorFlowBackend> = {
    executeSingleOutput: (operation, attributes, tensors) => {
      const output = executeSingleOutput.call(backend, operation, attributes, tensors);
      recorder.addOperation(operation, attributes, tensors, [output]);
      return output;
    },
    executeMultipleOutputs: (operation, attributes, tensors, count) => {
      const outputs = executeMultipleOutputs.call(backend, operation, attributes, tensors, count);
      recorder.addOperation(operation, attributes, tensors, outputs);
      return outputs;
    },
    write: (values, shape, dtype) => {
      const dataId = write.call(backend, values, shape, dtype);
      recorder.addConstant(dataId, { values, shape, dtype });
      return dataId;
    },
    readSync: (dataId) => {
      recorder.refuse("it reads a tensor's values");
      return readSync.call(backend, dataId);
    },
  };
  const { random } = Math;
  Math.random = () => {
    recorder.refuse("it draws random numbers");
    return random();
  };
  Object.assign(backend, overrides);
  try {
    const outputs = f(inputs);
    const results = outputs.map(({ dataId }) => recorder.source(dataId));
    const { nodes, usedInputs, refusal } = recorder;
    return { outputs, recording: refusal ?? { nodes, usedInputs: [...usedInputs], results } };
  } finally {
    Math.random = random;
    for (const name of Object.keys(overrides)) Reflect.deleteProperty(backend, name);
  }
}
