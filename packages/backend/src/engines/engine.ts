/** An engine: how a tfjs backend is loaded and made the current one. A plain record, passed to `useBackend` by value. */
import { SecateurError } from "@secateur/base";
import type { EngineCapabilities } from "../ops/engine-capabilities.ts";
import type { WasmPaths } from "./wasm-locations.ts";

export interface Engine {
  /** Whether `auto` may choose it. */
  readonly isAutomatic: boolean;
  /** What to do when it cannot be used, as a clause of a sentence. */
  readonly remedy: string;
  /** Loads it and makes it tfjs's current backend. Throws when it cannot be used; the former backend stays. */
  readonly start: (options: StartOptions) => Promise<StartedEngine>;
}

export interface StartOptions {
  /** Where the wasm backend's binaries are: the URL of a folder with a final slash, or a URL for each file. */
  readonly wasmPaths?: WasmPaths | undefined;
  /**
   * The threads of the wasm engine in a page that is cross-origin isolated; 1 loads the build without threads. Counts for the
   * first start. Default: tfjs's choice, half of the cores.
   */
  readonly threads?: number | undefined;
  /** How long an engine may take to start, in milliseconds. Default 30 seconds. */
  readonly timeoutMs?: number | undefined;
}

export interface StartedEngine {
  readonly device: EngineDevice;
  readonly capabilities: EngineCapabilities;
}

export interface EngineDevice {
  /** Of the tfjs package. */
  readonly version: string;
  /** `CPU`, `GPU` … */
  readonly device: string;
  readonly threads: number;
}

/** Thrown by `start`; the message is the reason, a clause of a sentence. */
export class EngineStartError extends SecateurError {
  override readonly name = "EngineStartError";
  override readonly code = "ENGINE_START";
}
