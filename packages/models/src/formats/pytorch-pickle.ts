/**
 * Unpickles the object in a PyTorch file: dicts, numbers, and tensors as views of storages elsewhere in the file. The
 * allow-list covers a state_dict only, so no other code runs.
 */
import { describeValue } from "@secateur/base";
import {
  ForbiddenGlobalError,
  MalformedPickleError,
  PickleGlobal,
  type PickleGlobals,
  readPickle,
  standardGlobals,
} from "@secateur/pickle";
import { WeightsError } from "../errors.ts";
import type { ElementType } from "./element-type.ts";
import { elementCount } from "./weight-tensor.ts";

/** Space for over 100,000 tensors. */
const maximumMemoryBytes = 2 ** 28;

/** PyTorch's own limit. */
const maximumDimensions = 64;

export interface Storage {
  readonly key: string;
  readonly type: ElementType;
  /** In elements. */
  readonly count: number;
}

/** A tensor: the elements `offset + Σ index[a] · strides[a]` of a storage. */
export class StorageView {
  readonly storage: Storage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];

  constructor(storage: Storage, offset: number, shape: readonly number[], strides: readonly number[]) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
  }
}

export interface PickledObject {
  readonly value: unknown;
  /** Offset of the next pickle, if any. */
  readonly end: number;
  readonly storages: ReadonlyMap<string, Storage>;
}

/** Element types by the storage classes of PyTorch. */
const storageTypes: Readonly<Record<string, ElementType>> = {
  "torch.DoubleStorage": "F64",
  "torch.FloatStorage": "F32",
  "torch.HalfStorage": "F16",
  "torch.BFloat16Storage": "BF16",
  "torch.LongStorage": "I64",
  "torch.IntStorage": "I32",
  "torch.ShortStorage": "I16",
  "torch.CharStorage": "I8",
  "torch.ByteStorage": "U8",
  "torch.BoolStorage": "BOOL",
};

const { "collections.OrderedDict": orderedDict = refuseToCall } = standardGlobals;

const globals: PickleGlobals = {
  "collections.OrderedDict": orderedDict,
  /** PyTorch before 0.4: without the last two arguments. */
  "torch._utils._rebuild_tensor": rebuildTensor,
  "torch._utils._rebuild_tensor_v2": rebuildTensor,
  "torch._utils._rebuild_parameter": (tensor) => tensor,
  ...Object.fromEntries(Object.keys(storageTypes).map((name) => [name, refuseToCall])),
};

/** @throws WeightsError */
export function readObject(bytes: Uint8Array, offset = 0): PickledObject {
  const storages = new Map<string, Storage>();
  const persistentId = (id: unknown): Storage => {
    const storage = readStorageId(id);
    const known = storages.get(storage.key);
    if (known !== undefined && (known.type !== storage.type || known.count !== storage.count))
      throw new WeightsError(
        `the PyTorch file is damaged: it describes storage "${storage.key}" in two ways`,
      );
    storages.set(storage.key, storage);
    return storage;
  };
  try {
    const { value, end } = readPickle(bytes, { globals, persistentId, maximumMemoryBytes, offset });
    return { value, end, storages };
  } catch (cause) {
    throw asWeightsError(cause);
  }
}

/** An integer from 0 to 2^53; `what` names it in error messages. */
export function toCount(value: unknown, what: string): number {
  const count = typeof value === "bigint" ? Number(value) : value;
  if (typeof count === "number" && Number.isSafeInteger(count) && count >= 0) return count;
  throw new WeightsError(`the PyTorch file is damaged: ${what} is ${describeValue(value)}`);
}

/** ("storage", class, key, device, count), in old files with a sixth entry, None. */
function readStorageId(id: unknown): Storage {
  const [kind, storageClass, key, , count, view] = Array.isArray(id) ? id : [];
  const type = storageClass instanceof PickleGlobal ? storageTypes[storageClass.path] : undefined;
  if (kind !== "storage" || type === undefined || typeof key !== "string")
    throw new WeightsError("the PyTorch file is damaged: a persistent id is not a storage");
  if (view !== undefined && view !== null)
    throw new WeightsError(
      "the PyTorch file contains views of storages (PyTorch before 0.4): load it in PyTorch and save it again",
    );
  return { key, type, count: toCount(count, `the size of storage "${key}"`) };
}

/** `_rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks)`. */
function rebuildTensor(...args: unknown[]): StorageView {
  const [storage, offset, size, stride] = args;
  if (!isStorage(storage) || !Array.isArray(size) || !Array.isArray(stride) || size.length !== stride.length)
    throw new WeightsError("the PyTorch file is damaged: a tensor has no storage, size and stride");
  if (size.length > maximumDimensions)
    throw new WeightsError(
      `the PyTorch file is damaged: a tensor has ${size.length} dimensions, PyTorch allows ${maximumDimensions}`,
    );
  const first = toCount(offset, "a tensor's offset");
  const shape = size.map((item) => toCount(item, "a tensor's size"));
  const strides = stride.map((item) => toCount(item, "a tensor's stride"));
  const count = elementCount(shape);
  const last = shape.reduce((at, length, axis) => at + (length - 1) * (strides[axis] ?? 0), first);
  if (count > storage.count || (count > 0 && last >= storage.count))
    throw new WeightsError(
      `the PyTorch file is damaged: a tensor [${shape.join(", ")}] exceeds its storage of ${storage.count} elements`,
    );
  return new StorageView(storage, first, shape, strides);
}

/** A state_dict names storage classes but never calls them. */
function refuseToCall(): never {
  throw new WeightsError("the PyTorch file is damaged: it calls a storage class");
}

function isStorage(value: unknown): value is Storage {
  return typeof value === "object" && value !== null && "key" in value && "count" in value;
}

function asWeightsError(cause: unknown): unknown {
  if (cause instanceof MalformedPickleError && cause.cause instanceof WeightsError) return cause.cause;
  if (cause instanceof ForbiddenGlobalError || cause instanceof MalformedPickleError)
    return new WeightsError(`the PyTorch file cannot be read: ${cause.message}`, { cause });
  return cause;
}
