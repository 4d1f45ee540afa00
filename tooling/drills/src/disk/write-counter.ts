/** Counts the writes below a folder, and says which of them have to fail. */
import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import type { WriteFault } from "./write-fault.ts";

export interface WriteCounter {
  /** Counts the operation. @returns whether it has to fail. */
  readonly mustFail: (operation: string, args: readonly unknown[]) => boolean;
  /** The error of a full disk; does not return where the program is to be killed. */
  readonly failure: (operation: string, args: readonly unknown[]) => Error;
  readonly count: () => number;
}

export function writeCounter({ folder, from, kind }: Omit<WriteFault, "countFile">): WriteCounter {
  let count = 0;
  return {
    count: () => count,
    mustFail(operation, args) {
      const place = pathOf(args[hasTwoPaths(operation) ? 1 : 0]);
      const isCounted = place?.startsWith(folder) && needsSpace(operation, place, args);
      if (isCounted !== true) return false;
      const position = count++;
      // A rename back to where a file was needs no space.
      return operation === "rename" ? position === from : position >= from;
    },
    failure(operation, args) {
      if (kind === "SIGKILL") process.kill(process.pid, "SIGKILL");
      const message = `ENOSPC: no space left on device, ${operation} '${String(args[0])}'`;
      return Object.assign(new Error(message), { code: "ENOSPC", errno: -28, syscall: operation });
    },
  };
}

const hasTwoPaths = (operation: string): boolean => operation === "rename" || operation === "copyFile";

function needsSpace(operation: string, place: string, [, flags = "r"]: readonly unknown[]): boolean {
  if (operation === "mkdir") return !exists(place);
  return operation !== "open" || /[wa+]/.test(String(flags));
}

/** As they are before `failing-writes.ts` replaces them. */
const { existsSync: exists, readlinkSync: readLink } = fs;

/** Of a path, a URL, a descriptor or a handle. */
function pathOf(target: unknown): string | null {
  if (typeof target === "string") return path.resolve(target);
  if (target instanceof URL) return target.pathname;
  const descriptor = typeof target === "object" && target !== null && "fd" in target ? target.fd : target;
  if (typeof descriptor !== "number") return null;
  try {
    return readLink(`/proc/self/fd/${descriptor}`);
  } catch {
    return null;
  }
}
