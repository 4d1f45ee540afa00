/** The interface of a download source of CIFAR-10. */
import type { OnProgress } from "../progress.ts";
import type { Disk } from "./disk.ts";
import type { Manifest } from "./manifest.ts";

export interface SourceContext {
  readonly manifest: Manifest;
  readonly disk: Disk;
  readonly onProgress: OnProgress;
  /** Environment variables, for npm's settings. */
  readonly variables: NodeJS.ProcessEnv;
}

export interface Source {
  /** Shown in error messages. */
  readonly name: string;
  /** Downloads the verified archive into `folder` and returns its path. After a `SourceError` the next source is tried. */
  download(folder: string, context: SourceContext): Promise<string>;
  /** Calls `use` with the records of every file. */
  unpack(archive: string, context: SourceContext, use: UseRecords): Promise<void>;
}

export type UseRecords = (name: string, records: Uint8Array) => Promise<void>;
