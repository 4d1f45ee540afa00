/** A place to get CIFAR-10 from. */
import type { OnProgress } from "../progress.ts";
import type { Disk } from "./disk.ts";
import type { Edition } from "./edition.ts";

export interface SourceContext {
  readonly edition: Edition;
  readonly disk: Disk;
  readonly onProgress: OnProgress;
  /** For npm: its settings come from here and from the user's `.npmrc`. */
  readonly environment: NodeJS.ProcessEnv;
}

export interface Source {
  /** What the user reads if it fails. */
  readonly name: string;
  /** Puts the archive, its checksum right, into `folder` and says where. Throws `SourceError` to let the next one try. */
  download(folder: string, context: SourceContext): Promise<string>;
  /** Records out of the archive, file by file. */
  unpack(archive: string, context: SourceContext, use: UseRecords): Promise<void>;
}

export type UseRecords = (name: string, records: Uint8Array) => Promise<void>;

/** A source did not deliver; another may. */
export class SourceError extends Error {
  override readonly name = "SourceError";
}
