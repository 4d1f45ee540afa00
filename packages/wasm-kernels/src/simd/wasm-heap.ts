/** Access to tfjs's wasm heap: a tensor's offset, memory for outputs, scratch memory. */
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import { type DataType, type TensorInfo, type TypedArray, util } from "@tensorflow/tfjs-core";
import { OutOfWasmMemoryError } from "../errors.ts";

/** The fields of emscripten's module that are used here. */
interface HeapModule {
  readonly HEAPU8: Uint8Array;
  readonly _malloc: (bytes: number) => number;
  readonly _free: (offset: number) => void;
}

// tfjs's type omits the fields that every emscripten module has.
const heapOf = (backend: BackendWasm): HeapModule => backend.wasm as unknown as HeapModule;

/** The byte offset of a tensor's values. */
export function offsetOf(backend: BackendWasm, tensor: TensorInfo): number {
  const data = backend.dataIdMap.get(tensor.dataId);
  return data.memoryOffset;
}

export function floats(backend: BackendWasm, offset: number, count: number): Float32Array {
  return new Float32Array(heapOf(backend).HEAPU8.buffer, offset, count);
}

/** `offset` must be a multiple of 8. */
export function doubles(backend: BackendWasm, offset: number, count: number): Float64Array {
  return new Float64Array(heapOf(backend).HEAPU8.buffer, offset, count);
}

/** A tensor's values, in place; valid until the next allocation. */
export function valuesOf(backend: BackendWasm, tensor: TensorInfo): TypedArray {
  return backend.typedArrayFromHeap(tensor);
}

export function writeInts(backend: BackendWasm, offset: number, values: Int32Array): void {
  new Int32Array(heapOf(backend).HEAPU8.buffer, offset, values.length).set(values);
}

/** Allocates an output tensor; its values are undefined. */
export function makeOutput(
  backend: BackendWasm,
  shape: readonly number[],
  dtype: DataType = "float32",
): TensorInfo {
  const output = backend.makeOutput([...shape], dtype);
  if (offsetOf(backend, output) === 0 && util.sizeFromShape([...shape]) > 0) {
    throw new OutOfWasmMemoryError(
      `The wasm heap has no room for a tensor [${shape}] of ${dtype}; it holds at most 4 GiB: use smaller batches.`,
    );
  }
  return output;
}

/** Sets every value of a 4-byte tensor to 0. */
export function fillZero(backend: BackendWasm, tensor: TensorInfo): void {
  const start = offsetOf(backend, tensor);
  heapOf(backend).HEAPU8.fill(0, start, start + 4 * util.sizeFromShape(tensor.shape));
}

const align = (bytes: number): number => Math.ceil(bytes / 16) * 16;

/**
 * Runs `use` with zeroed scratch memory and frees it afterwards.
 *
 * @param sizes - Bytes of each piece; each is 16 bytes aligned.
 * @param use - Called with the byte offset of each piece.
 */
export function withScratch<const S extends readonly number[]>(
  backend: BackendWasm,
  sizes: S,
  use: (...offsets: { [K in keyof S]: number }) => void,
): void {
  const heap = heapOf(backend);
  const total = sizes.reduce((sum, bytes) => sum + align(bytes), 16);
  const block = heap._malloc(total) >>> 0;
  if (block === 0)
    throw new OutOfWasmMemoryError(`The wasm heap has no room for ${total} bytes of scratch memory.`);
  try {
    heap.HEAPU8.fill(0, block, block + total);
    let next = align(block);
    const offsets = sizes.map((bytes) => {
      const offset = next;
      next += align(bytes);
      return offset;
    });
    use(...(offsets as { [K in keyof S]: number }));
  } finally {
    heap._free(block);
  }
}
