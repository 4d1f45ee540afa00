/** What can go wrong with a data set. Every message is one sentence or two: what is the matter, and what to do. */
import { SecateurError } from "@secateur/base";

/** Base of all errors of this package. */
export class DatasetError extends SecateurError {
  override readonly name: string = "DatasetError";
  override readonly code: string = "DATASET";
}

/** A file or folder that should be there is not. */
export class MissingFileError extends DatasetError {
  override readonly name = "MissingFileError";
}

/** A file is shorter than it should be. */
export class TruncatedFileError extends DatasetError {
  override readonly name = "TruncatedFileError";

  constructor(path: string, bytes: number, expected: number) {
    super(`${path} is cut short: ${bytes} bytes where ${expected} are expected; delete it and get it again`);
  }
}

/** A file has not the content it should have. */
export class AlteredFileError extends DatasetError {
  override readonly name = "AlteredFileError";

  constructor(path: string, md5: string, expected: string) {
    super(`${path} is altered: its md5 is ${md5} where ${expected} is expected; delete it and get it again`);
  }
}

/** A file cannot be understood: a broken archive, picture or pickle. */
export class UnreadableFileError extends DatasetError {
  override readonly name = "UnreadableFileError";

  constructor(path: string, reason: string, options?: ErrorOptions) {
    super(`${path} cannot be read: ${reason}; delete it and get it again`, options);
  }
}

/** No source could be reached, or none gave the true data. `attempts` says what was tried. */
export class DownloadError extends DatasetError {
  override readonly name = "DownloadError";
  readonly attempts: readonly string[];

  constructor(dataset: string, attempts: readonly string[], byHand: string) {
    super(`${dataset} could not be downloaded (${attempts.join("; ")}); ${byHand}`);
    this.attempts = attempts;
  }
}

/** The disk is full. What had been written was removed. */
export class DiskFullError extends DatasetError {
  override readonly name = "DiskFullError";

  constructor(folder: string, neededBytes: number, options?: ErrorOptions) {
    const megabytes = Math.ceil(neededBytes / 1e6);
    super(
      `the disk that holds ${folder} is full; about ${megabytes} MB are needed while converting: make room, or set SECATEUR_CACHE to a folder on another disk`,
      options,
    );
  }
}

/** The cache folder cannot be written. */
export class CacheFolderError extends DatasetError {
  override readonly name = "CacheFolderError";

  constructor(folder: string, options: { readonly cause: unknown }) {
    const { cause } = options;
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      `cannot write to ${folder} (${reason}); set SECATEUR_CACHE to a folder that can be written`,
      options,
    );
  }
}

/** An argument is out of its range. */
export class DatasetOptionError extends DatasetError {
  override readonly name = "DatasetOptionError";
}

/** Throws `DatasetOptionError` unless `value` is a whole number of at least `least`. */
export function requireWhole(name: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new DatasetOptionError(`${name} is ${value}; it must be a whole number of at least ${least}`);
}

/** The code of a system error (`ENOSPC`), or undefined. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
