/**
 * Where tfjs finds its wasm binaries. After a failed start tfjs refuses to be told other places; but it reads its table anew at
 * every start, so it has one table, whose entries change.
 */
import type { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { EngineStartError } from "./engine.ts";

export type WasmPaths = Parameters<typeof setWasmPaths>[0];

const files = [
  "tfjs-backend-wasm.wasm",
  "tfjs-backend-wasm-simd.wasm",
  "tfjs-backend-wasm-threaded-simd.wasm",
] as const;

const table: Record<string, string> = {};

/** @param paths - The URL of a folder with a final slash, or a URL for each file. */
export function locateBinaries(set: typeof setWasmPaths, paths: WasmPaths): void {
  const isFirst = Object.keys(table).length === 0;
  for (const file of files) {
    const url = typeof paths === "string" ? `${paths}${file}` : paths[file];
    if (url === undefined) throw new EngineStartError(`\`wasmPaths\` has no URL for ${file}`);
    table[file] = url;
  }
  if (!isFirst) return;
  try {
    set(table);
  } catch {
    delete table[files[0]];
    throw new EngineStartError("a start without `wasmPaths` has failed before; load the page anew");
  }
}
