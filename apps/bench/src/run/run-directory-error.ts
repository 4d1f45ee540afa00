/** A run's directory cannot be used: one sentence that says what to do. */
import { SecateurError } from "@secateur/base";

export class RunDirectoryError extends SecateurError {
  override readonly name = "RunDirectoryError";
  override readonly code = "RUN_DIRECTORY";
}

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full. Free some space and",
  EDQUOT: "the disk quota is used up. Free some space and",
  EACCES: "permission is denied. Choose another directory with --out",
  EPERM: "it is not permitted. Choose another directory with --out",
  EROFS: "the file system is read-only. Choose another directory with --out",
  ENOTDIR: "a part of the path is a file. Choose another directory with --out",
  EEXIST: "there is a file of that name. Choose another directory with --out",
  EISDIR: "there is a directory of that name. Choose another directory with --out",
  EMFILE: "too many files are open",
};

/** What to do when there is space again. Before the settings are written there is nothing to resume. */
export type Retry = "continue with --resume" | "start again";

/** Runs a file operation and turns the operating system's error into a sentence. */
export function explained<T>(action: string, operation: () => T, retry: Retry = "continue with --resume"): T {
  try {
    return operation();
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? reasons[String(error.code)] : undefined;
    if (reason === undefined) throw error;
    const advice = reason.endsWith(" and") ? `${reason} ${retry}` : reason;
    throw new RunDirectoryError(`Could not ${action}: ${advice}.`, { cause: error });
  }
}
