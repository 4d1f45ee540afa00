/** Reads a batch of the Python version: a pickled dict with `data`, [count, 3072], and `labels`. */
import { ForbiddenGlobalError, MalformedPickleError, readPickle } from "@secateur/pickle";
import { UnreadableFileError } from "../errors.ts";
import type { BatchFile } from "./manifest.ts";
import { NumpyBytes, numpyGlobals } from "./numpy-array.ts";
import { checkRecords, md5, recordsFromPlanes } from "./records.ts";

/** The pickle has 64 MB at most, and 31 MB of images as text. */
const maximumMemoryBytes = 2 ** 28;

/** @throws DatasetError, with `path` in its message, unless the batch holds the published images. */
export function recordsFromPythonBatch(pickle: Uint8Array, file: BatchFile, path: string): Uint8Array {
  const batch = unpickle(pickle, path);
  const data = batch instanceof Map ? batch.get("data") : undefined;
  const labels = batch instanceof Map ? batch.get("labels") : undefined;
  const fits = data instanceof NumpyBytes && data.shape.length === 2 && data.shape[1] === 3072;
  if (!fits || !isLabels(labels) || labels.length !== data.shape[0]) {
    throw new UnreadableFileError(path, "it has no `data` of shape [count, 3072] with `labels`");
  }
  const records = recordsFromPlanes(data.data, labels);
  // A file that another Python version wrote again has another md5 but the same records.
  if (md5(pickle) !== file.pickleMd5) checkRecords(records, file, path);
  return records;
}

function unpickle(pickle: Uint8Array, path: string): unknown {
  try {
    return readPickle(pickle, { globals: numpyGlobals, maximumMemoryBytes }).value;
  } catch (cause) {
    if (!(cause instanceof MalformedPickleError || cause instanceof ForbiddenGlobalError)) throw cause;
    throw new UnreadableFileError(path, cause.message, { cause });
  }
}

const isLabels = (labels: unknown): labels is number[] =>
  Array.isArray(labels) && labels.every((label) => Number.isInteger(label) && label >= 0 && label < 10);
