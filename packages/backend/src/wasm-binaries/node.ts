/** `#wasm-binaries` in Node. */
import { createRequire } from "node:module";
import { dirname, sep } from "node:path";

/** The folder of the wasm backend's binaries, or undefined in a bundled program, where the package cannot be found. */
export function binaryFolder(): string | undefined {
  try {
    return dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm")) + sep;
  } catch {
    return undefined;
  }
}
