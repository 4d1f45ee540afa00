/** The errors of this package. */
import { SecateurError } from "@secateur/base";

/** The kernels cannot run here. */
export class WasmKernelsError extends SecateurError {
  override readonly name = "WasmKernelsError";
  override readonly code = "WASM_KERNELS";
}

/** The wasm heap, which holds at most 4 GiB, has no room for a tensor or for scratch memory. */
export class OutOfWasmMemoryError extends SecateurError {
  override readonly name = "OutOfWasmMemoryError";
  override readonly code = "OUT_OF_WASM_MEMORY";
}

/** A kernel does not support the dtype, layout or shape of its inputs. */
export class UnsupportedKernelInputError extends SecateurError {
  override readonly name = "UnsupportedKernelInputError";
  override readonly code = "UNSUPPORTED_KERNEL_INPUT";
}
