/**
 * Files out of a `.tar.gz`, in memory. Nothing is written under a name the archive chose, so no entry can leave its
 * folder; entries that were not asked for are passed over.
 */
import { createReadStream } from "node:fs";
import { basename } from "node:path/posix";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { Parser, type ReadEntry } from "tar";
import { DatasetError, UnreadableFileError } from "../errors.ts";

/** The largest entry of any archive of CIFAR-10 has 31 MB. */
const largestEntry = 64e6;

/** Calls `use` with each entry whose base name is in `wanted`, as they come. */
export async function readArchive(
  path: string,
  wanted: ReadonlySet<string>,
  use: (name: string, bytes: Uint8Array) => void,
): Promise<void> {
  const failures: unknown[] = [];
  const parser = new Parser({
    strict: true,
    onReadEntry: (entry) => collect(entry, wanted, use, failures),
  });
  parser.on("error", (error: unknown) => failures.push(error));
  try {
    await pipeline(createReadStream(path), createGunzip(), async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) {
        parser.write(chunk);
        if (failures.length > 0) throw failures[0];
      }
      parser.end();
    });
    if (failures.length > 0) throw failures[0];
  } catch (error) {
    // Leaving the loop early ends the streams with an error of their own; the first one is what matters.
    const cause = failures[0] ?? error;
    if (cause instanceof DatasetError) throw cause;
    throw new UnreadableFileError(path, reasonOf(cause), { cause });
  }
}

function collect(
  entry: ReadEntry,
  wanted: ReadonlySet<string>,
  use: (name: string, bytes: Uint8Array) => void,
  failures: unknown[],
): void {
  const name = basename(entry.path);
  if (entry.type !== "File" || !wanted.has(name)) return void entry.resume();
  if (entry.size > largestEntry) {
    failures.push(new Error(`${name} claims to have ${entry.size} bytes`));
    return void entry.resume();
  }
  const chunks: Uint8Array[] = [];
  entry.on("data", (chunk: Uint8Array) => chunks.push(chunk));
  entry.on("end", () => {
    try {
      use(name, Buffer.concat(chunks));
    } catch (error) {
      failures.push(error);
    }
  });
}

function reasonOf(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  if (/unexpected end of file|truncated/i.test(message)) return "it is cut short";
  if (/incorrect header check/.test(message)) return "it is not a .tar.gz archive";
  return message;
}
