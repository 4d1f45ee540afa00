/** The errors of this package. Each message states the problem and what to do about it. */
import { SecateurError } from "@secateur/base";

/** The base class of all errors of this package. */
export class DatasetError extends SecateurError {
  override readonly name: string = "DatasetError";
  override readonly code: string = "DATASET";
}

/** A file or folder does not exist. */
export class MissingFileError extends DatasetError {
  override readonly name = "MissingFileError";
  override readonly code = "DATASET_MISSING_FILE";
}

/** A file is shorter than expected. */
export class TruncatedFileError extends DatasetError {
  override readonly name = "TruncatedFileError";
  override readonly code = "DATASET_TRUNCATED_FILE";

  /** @param part - What ends at byte `expected`, for instance "the entry at byte 512". */
  constructor(path: string, bytes: number, expected: number, part?: string) {
    const extent = part === undefined ? `expected ${expected} bytes` : `${part} ends at byte ${expected}`;
    super(`${path} is truncated: ${extent}, got ${bytes}; delete the file and get it again`);
  }
}

/** A file's checksum differs from the published one. */
export class AlteredFileError extends DatasetError {
  override readonly name = "AlteredFileError";
  override readonly code = "DATASET_ALTERED_FILE";

  constructor(path: string, md5: string, expected: string) {
    super(
      `checksum mismatch in ${path}: expected md5 ${expected}, got ${md5}; delete the file and get it again`,
    );
  }
}

/** A file cannot be parsed: a corrupt archive, image or pickle. */
export class UnreadableFileError extends DatasetError {
  override readonly name = "UnreadableFileError";
  override readonly code = "DATASET_UNREADABLE_FILE";

  constructor(path: string, reason: string, options?: ErrorOptions) {
    super(`${path} cannot be read: ${reason}; delete the file and get it again`, options);
  }
}

/** More images of an epoch cannot be decoded than may be skipped. */
export class CorruptImagesError extends DatasetError {
  override readonly name = "CorruptImagesError";
  override readonly code = "DATASET_CORRUPT_IMAGES";
}

/** Labels do not number the classes in the order of sorted wnids. */
export class LabelOrderError extends DatasetError {
  override readonly name = "LabelOrderError";
  override readonly code = "DATASET_LABEL_ORDER";
}

/** Every source failed or delivered a file with a wrong checksum. */
export class DownloadError extends DatasetError {
  override readonly name = "DownloadError";
  override readonly code = "DATASET_DOWNLOAD";
  /** One line per source: its name and why it failed. */
  readonly attempts: readonly string[];

  constructor(dataset: string, attempts: readonly string[], byHand: string) {
    super(`${dataset} could not be downloaded (${attempts.join("; ")}); ${byHand}`);
    this.attempts = attempts;
  }
}

/** One source failed; the next one is tried. */
export class SourceError extends DatasetError {
  override readonly name = "SourceError";
  override readonly code = "DATASET_SOURCE";
}

/** The disk is full. Everything written so far has been removed. */
export class DiskFullError extends DatasetError {
  override readonly name = "DiskFullError";
  override readonly code = "DATASET_DISK_FULL";

  constructor(folder: string, neededBytes: number, options?: ErrorOptions) {
    const megabytes = Math.ceil(neededBytes / 1e6);
    super(
      `the disk that holds ${folder} is full; the conversion needs about ${megabytes} MB: free some space, or set SECATEUR_CACHE to a folder on another disk`,
      options,
    );
  }
}

/** The cache folder is not writable. */
export class CacheFolderError extends DatasetError {
  override readonly name = "CacheFolderError";
  override readonly code = "DATASET_CACHE_FOLDER";

  constructor(folder: string, options: { readonly cause: unknown }) {
    const { cause } = options;
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`cannot write to ${folder} (${reason}); set SECATEUR_CACHE to a writable folder`, options);
  }
}

/** An argument is out of range. */
export class DatasetOptionError extends DatasetError {
  override readonly name = "DatasetOptionError";
  override readonly code = "DATASET_OPTION";
}

/** @throws DatasetOptionError unless `value` is an integer of at least `minimum`. */
export function requireInteger(name: string, value: number, minimum: number): void {
  if (Number.isInteger(value) && value >= minimum) return;
  throw new DatasetOptionError(`${name} is ${value}; it must be an integer of at least ${minimum}`);
}

/** The code of a system error, for instance `ENOSPC`; undefined for other errors. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
