/**
 * The objects inside a PyTorch file: dictionaries, numbers, and tensors as views of storages that lie elsewhere in the
 * file. Only what a state_dict needs can be made; a pickle that names anything else is refused, so no code ever runs.
 */
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
  /** Where the next pickle, if any, begins. */
  readonly end: number;
  readonly storages: ReadonlyMap<string, Storage>;
}

/** Python's names of storages; the pickle refers to them as classes. */
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
  /** Of PyTorch before 0.4: the same, without the two last arguments. */
  "torch._utils._rebuild_tensor": rebuildTensor,
  "torch._utils._rebuild_tensor_v2": rebuildTensor,
  "torch._utils._rebuild_parameter": (tensor) => tensor,
  ...Object.fromEntries(Object.keys(storageTypes).map((name) => [name, refuseToCall])),
};

/** Throws `WeightsError`. */
export function readObject(bytes: Uint8Array, offset = 0): PickledObject {
  const storages = new Map<string, Storage>();
  const persistentId = (id: unknown): Storage => {
    const storage = readStorageId(id);
    const known = storages.get(storage.key);
    if (known !== undefined && (known.type !== storage.type || known.count !== storage.count))
      throw new WeightsError(
        `The PyTorch file is damaged: it describes storage "${storage.key}" in two ways`,
      );
    storages.set(storage.key, storage);
    return storage;
  };
  try {
    const { value, end } = readPickle(bytes, { globals, persistentId, offset });
    return { value, end, storages };
  } catch (cause) {
    throw asWeightsError(cause);
  }
}

/** Python's int, which may have come as a bigint: a whole number from 0 to 2^53. */
export function toCount(value: unknown, what: string): number {
  const count = typeof value === "bigint" ? Number(value) : value;
  if (typeof count === "number" && Number.isSafeInteger(count) && count >= 0) return count;
  throw new WeightsError(`The PyTorch file is damaged: ${what} is ${String(value)}`);
}

/** ("storage", class, key, device, count), in old files with a sixth member, None. */
function readStorageId(id: unknown): Storage {
  const [kind, storageClass, key, , count, view] = Array.isArray(id) ? id : [];
  const type = storageClass instanceof PickleGlobal ? storageTypes[storageClass.path] : undefined;
  if (kind !== "storage" || type === undefined || typeof key !== "string")
    throw new WeightsError("The PyTorch file is damaged: it refers to something that is not a storage");
  if (view !== undefined && view !== null)
    throw new WeightsError(
      "The PyTorch file holds views of storages, as PyTorch wrote them before 0.4: load it there and save it again",
    );
  return { key, type, count: toCount(count, `the size of storage "${key}"`) };
}

/** `_rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks)`. */
function rebuildTensor(...args: unknown[]): StorageView {
  const [storage, offset, size, stride] = args;
  if (!isStorage(storage) || !Array.isArray(size) || !Array.isArray(stride) || size.length !== stride.length)
    throw new WeightsError("The PyTorch file is damaged: a tensor has no storage, size and stride");
  const first = toCount(offset, "a tensor's offset");
  const shape = size.map((item) => toCount(item, "a tensor's size"));
  const strides = stride.map((item) => toCount(item, "a tensor's stride"));
  const count = elementCount(shape);
  const last = shape.reduce((at, length, axis) => at + (length - 1) * (strides[axis] ?? 0), first);
  if (count > storage.count || (count > 0 && last >= storage.count))
    throw new WeightsError(
      `The PyTorch file is damaged: a tensor [${shape.join(", ")}] does not fit its storage of ${storage.count}`,
    );
  return new StorageView(storage, first, shape, strides);
}

/** Storage classes are named in a pickle, never called. */
function refuseToCall(): never {
  throw new WeightsError("The PyTorch file is damaged: it makes an object of a storage class");
}

function isStorage(value: unknown): value is Storage {
  return typeof value === "object" && value !== null && "key" in value && "count" in value;
}

function asWeightsError(cause: unknown): unknown {
  if (cause instanceof MalformedPickleError && cause.cause instanceof WeightsError) return cause.cause;
  if (cause instanceof ForbiddenGlobalError || cause instanceof MalformedPickleError)
    return new WeightsError(`The PyTorch file cannot be read: ${cause.message}`, { cause });
  return cause;
}
