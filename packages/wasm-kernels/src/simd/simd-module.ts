/** Instantiates the SIMD module on the memory of a running wasm backend. */
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import { WasmKernelsError } from "../errors.ts";
import { moduleBytes, sharedModuleBytes } from "./module-bytes.ts";
import type { SimdKernels } from "./simd-kernels.ts";

/** By emscripten module: a wasm backend that was removed and started again has a new one. */
const instances = new WeakMap<object, SimdKernels>();

const decode = (base64: string): Uint8Array<ArrayBuffer> => {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
};

/** emscripten exposes its memory as `wasmMemory` in the threaded build, and among its exports in the others. */
const memoryOf = (module: object): WebAssembly.Memory | undefined => {
  if ("wasmMemory" in module && module.wasmMemory instanceof WebAssembly.Memory) return module.wasmMemory;
  if (!("asm" in module) || typeof module.asm !== "object" || module.asm === null) return undefined;
  return "memory" in module.asm && module.asm.memory instanceof WebAssembly.Memory
    ? module.asm.memory
    : undefined;
};

const isShared = (memory: WebAssembly.Memory): boolean =>
  typeof SharedArrayBuffer === "function" && memory.buffer instanceof SharedArrayBuffer;

/** @throws WasmKernelsError when tfjs does not expose its memory, or the machine has no WebAssembly SIMD. */
export async function startSimd(backend: BackendWasm): Promise<void> {
  if (instances.has(backend.wasm)) return;
  const memory = memoryOf(backend.wasm);
  if (memory === undefined) {
    throw new WasmKernelsError(
      "this version of @tensorflow/tfjs-backend-wasm does not expose its memory: install @tensorflow/tfjs-backend-wasm@~4.22.0",
    );
  }
  const bytes = decode(isShared(memory) ? sharedModuleBytes : moduleBytes);
  if (!WebAssembly.validate(bytes)) {
    throw new WasmKernelsError("WebAssembly has no SIMD instructions here, which the training kernels need");
  }
  const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
  // The module is built together with this interface; scripts/build-simd.ts and its test keep them consistent.
  instances.set(backend.wasm, instance.exports as unknown as SimdKernels);
}

export function simdOf(backend: BackendWasm): SimdKernels {
  const kernels = instances.get(backend.wasm);
  if (kernels === undefined) {
    throw new WasmKernelsError(
      'the training kernels are not set up for this wasm backend: call useBackend("wasm") or registerWasmKernels() first',
    );
  }
  return kernels;
}
