/** `#wasm-binaries` in browsers. */

/** Undefined: tfjs looks beside the script. `useBackend`'s `wasmPaths` names another place. */
export function binaryFolder(): string | undefined {
  return undefined;
}
