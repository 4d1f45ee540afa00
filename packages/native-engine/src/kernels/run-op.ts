/** Runs TensorFlow's own operations by name, and defines kernels of the tensorflow backend. */
import type { FusedKernelName, FusedKernels } from "@secateur/backend/engine";
import type { DataId, KernelConfig, KernelFunc, Tensor, TensorInfo } from "@tensorflow/tfjs-core";

/** The fields of tfjs-node's backend that are used here; it exports no types of them. */
export interface TensorFlowBackend {
  readonly isUsingGpuDevice: boolean;
  readonly binding: Readonly<
    Record<
      `TF_ATTR_${"BOOL" | "FLOAT" | "INT" | "SHAPE" | "STRING" | "TYPE"}` | "TF_FLOAT" | "TF_INT32",
      number
    >
  >;
  readonly executeSingleOutput: (
    operation: string,
    attributes: readonly Attribute[],
    inputs: readonly TensorInfo[],
  ) => Tensor;
  readonly executeMultipleOutputs: (
    operation: string,
    attributes: readonly Attribute[],
    inputs: readonly TensorInfo[],
    outputs: number,
  ) => Tensor[];
  /** `relu`, `elu` …, as tfjs's fused operations name them; without one, returns the input. */
  readonly applyActivation: (
    x: Tensor,
    activation?: string,
    prelu?: Tensor,
    leakyreluAlpha?: number,
  ) => Tensor;
  readonly write: (
    values: ArrayBufferView | readonly number[],
    shape: readonly number[],
    dtype: string,
  ) => DataId;
  readonly readSync: (dataId: DataId) => ArrayBufferView;
  readonly loadSavedModelMetaGraph: (folder: string, tags: string) => number;
  readonly runSavedModel: (
    id: number,
    inputs: readonly Tensor[],
    inputInfos: readonly { readonly name: string }[],
    outputs: readonly string[],
  ) => Tensor[];
  readonly deleteSavedModel: (id: number) => void;
}

export interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** Lists hold integers. */
type AttributeValue = number | boolean | string | readonly number[];

interface OpOptions {
  /** How many outputs the operation has. Default 1. */
  readonly outputs?: number;
  /** Its type attributes whose value is float32. Default `T`. */
  readonly floatTypes?: readonly string[];
  /** Its type attributes whose value is int32. */
  readonly indexTypes?: readonly string[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
}

const attribute = ({ binding }: TensorFlowBackend, name: string, value: AttributeValue): Attribute => {
  if (typeof value === "boolean") return { name, type: binding.TF_ATTR_BOOL, value };
  if (typeof value === "object") return { name, type: binding.TF_ATTR_INT, value };
  return { name, type: typeof value === "number" ? binding.TF_ATTR_FLOAT : binding.TF_ATTR_STRING, value };
};

/** @returns All outputs; the caller disposes them. */
export function runOp(
  backend: TensorFlowBackend,
  operation: string,
  inputs: readonly TensorInfo[],
  { outputs = 1, floatTypes = ["T"], indexTypes = [], attributes = {} }: OpOptions = {},
): Tensor[] {
  const { TF_ATTR_TYPE: type, TF_FLOAT, TF_INT32 } = backend.binding;
  const all = [
    ...floatTypes.map((name) => ({ name, type, value: TF_FLOAT })),
    ...indexTypes.map((name) => ({ name, type, value: TF_INT32 })),
    ...Object.entries(attributes).map(([name, value]) => attribute(backend, name, value)),
  ];
  return backend.executeMultipleOutputs(operation, all, inputs, outputs);
}

/** An operation of one output. */
export function runOpForOne(
  backend: TensorFlowBackend,
  operation: string,
  inputs: readonly TensorInfo[],
  options: Omit<OpOptions, "outputs"> = {},
): Tensor {
  const [output] = runOp(backend, operation, inputs, options);
  if (output === undefined) throw new TypeError(`${operation} has no output`);
  return output;
}

interface KernelCall<Inputs extends string, Attrs> {
  readonly inputs: Readonly<Record<Inputs, Tensor>>;
  readonly attrs: Attrs;
  readonly backend: TensorFlowBackend;
}

/** A kernel for the "tensorflow" backend, which both tfjs-node and tfjs-node-gpu register. */
export function defineTensorFlowKernel<Inputs extends string, Attrs = object>(
  kernelName: string,
  run: (call: KernelCall<Inputs, Attrs>) => TensorInfo | TensorInfo[],
): KernelConfig {
  return {
    kernelName,
    backendName: "tensorflow",
    // tfjs gives all kernels one signature; here the arguments have this kernel's types.
    kernelFunc: run as unknown as KernelFunc,
  };
}

/** A kernel of `FusedKernels`. */
export function defineFusedKernel<Name extends FusedKernelName>(
  kernelName: Name,
  run: (
    call: KernelCall<FusedKernels[Name]["inputs"], FusedKernels[Name]["attrs"]>,
  ) => TensorInfo | TensorInfo[],
): KernelConfig {
  return defineTensorFlowKernel(kernelName, run);
}
