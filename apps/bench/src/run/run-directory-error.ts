/** The run's directory cannot be used: one sentence that says what to do. */

export class RunDirectoryError extends Error {
  override readonly name = "RunDirectoryError";
}

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full. Free some space and go on with --resume",
  EDQUOT: "the disk quota is used up. Free some space and go on with --resume",
  EACCES: "permission is denied. Choose another directory with --out",
  EPERM: "it is not permitted. Choose another directory with --out",
  EROFS: "the file system is read-only. Choose another directory with --out",
  ENOTDIR: "a part of the path is a file. Choose another directory with --out",
  EEXIST: "there is a file of that name. Choose another directory with --out",
  EISDIR: "there is a directory of that name. Choose another directory with --out",
  EMFILE: "too many files are open",
};

/** Runs a file operation; what the system says about it becomes a sentence. */
export function explained<T>(what: string, operation: () => T): T {
  try {
    return operation();
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? reasons[String(error.code)] : undefined;
    if (reason === undefined) throw error;
    throw new RunDirectoryError(`Could not ${what}: ${reason}.`, { cause: error });
  }
}
