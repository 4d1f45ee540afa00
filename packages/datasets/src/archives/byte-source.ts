/** Random access to the bytes of an archive: a file on disk, or a URL on a server that answers range requests. */
import { type FileHandle, open, stat } from "node:fs/promises";
import { DatasetError, errorCode, MissingFileError, TruncatedFileError } from "../errors.ts";
import { openUrl } from "./http-source.ts";

/** Reads exactly `length` bytes. */
export type ReadRange = (offset: number, length: number) => Promise<Buffer>;

export interface ByteSource {
  /** A path or a URL, for messages. */
  readonly name: string;
  readonly size: number;
  /** Calls `task` with a function that reads ranges; the file is open until it returns. */
  use<T>(task: (read: ReadRange) => Promise<T>): Promise<T>;
}

export const isUrl = (location: string): boolean => /^https?:\/\//.test(location);

/**
 * @param location - A path, or a URL with http or https.
 * @throws MissingFileError where there is nothing; DatasetError where it cannot be read.
 */
export function openSource(location: string): Promise<ByteSource> {
  return isUrl(location) ? openUrl(location) : openFile(location);
}

/** For messages. A URL's query stays out of them. */
export function nameOfAll(sources: readonly ByteSource[]): string {
  const [first, ...others] = sources;
  return others.length === 0 ? (first?.name ?? "no archives") : `${first?.name} and ${others.length} more`;
}

async function openFile(path: string): Promise<ByteSource> {
  const status = await explained(path, () => stat(path));
  if (!status.isFile()) throw new DatasetError(`${path} is not a regular file; only regular files are read`);
  return {
    name: path,
    size: status.size,
    async use(task) {
      const file = await explained(path, () => open(path));
      try {
        return await task((offset, length) => readAt(file, path, offset, length));
      } finally {
        await file.close();
      }
    },
  };
}

async function readAt(file: FileHandle, path: string, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await explained(path, () =>
      file.read(buffer, filled, length - filled, offset + filled),
    );
    if (bytesRead === 0) throw new TruncatedFileError(path, offset + filled, offset + length);
    filled += bytesRead;
  }
  return buffer;
}

async function explained<T>(path: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (cause) {
    const code = errorCode(cause);
    if (code === "ENOENT") throw new MissingFileError(`${path} is missing; check the path`, { cause });
    throw new DatasetError(`${path} cannot be read (${code ?? String(cause)}); check its permissions`, {
      cause,
    });
  }
}

/** Serves small neighbouring ranges, such as headers, from one larger read. */
export function readAhead(read: ReadRange, size: number): ReadRange {
  const windowBytes = 8192;
  let start = 0;
  let window: Buffer = Buffer.alloc(0);
  return async (offset, length) => {
    if (length > windowBytes) return read(offset, length);
    if (offset < start || offset + length > start + window.length) {
      window = await read(offset, Math.max(length, Math.min(windowBytes, size - offset)));
      start = offset;
    }
    return window.subarray(offset - start, offset - start + length);
  };
}
