/** Runs modules of the bench as processes: TypeScript by tsx, or JavaScript of a compiled workspace. */
import { spawn } from "node:child_process";
import path from "node:path";

const bench = path.join(import.meta.dirname, "..");

const sourceCondition = "--conditions=@secateur/source";

/** Makes Node run TypeScript, and resolve the workspace's packages to their sources. */
export const nodeFlags: readonly string[] = ["--import", "tsx", sourceCondition];

export interface Ended {
  /** Null after a signal. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Of `compileWorkspace`, whose programs start faster. */
  readonly workspace?: string;
  /** Polled every few milliseconds; the process is killed once it is true. */
  readonly killWhen?: () => boolean;
  /** File size limit of the process in blocks of 512 or 1024 bytes, which stands for a full disk. */
  readonly fileBlocks?: number;
}

/** @param file - Relative to `apps/bench`. */
export function runProcess(
  file: string,
  args: readonly string[],
  { workspace, killWhen, fileBlocks }: RunOptions = {},
): Promise<Ended> {
  const program =
    workspace === undefined
      ? [...nodeFlags, path.join(bench, file)]
      : [sourceCondition, path.join(workspace, "apps/bench", file.replace(/ts$/, "js"))];
  const command = [process.execPath, ...program, ...args];
  const [executable = "", ...rest] =
    fileBlocks === undefined ? command : ["sh", "-c", `ulimit -f ${fileBlocks}; exec "$@"`, "sh", ...command];
  const child = spawn(executable, rest, { cwd: bench, stdio: ["ignore", "pipe", "pipe"] });
  const texts = { stdout: "", stderr: "" };
  child.stdout.on("data", (text) => {
    texts.stdout += String(text);
  });
  child.stderr.on("data", (text) => {
    texts.stderr += String(text);
  });
  const watch = setInterval(() => {
    if (killWhen?.()) child.kill("SIGKILL");
  }, 5);
  return new Promise((resolve) => {
    child.on("close", (code) => {
      clearInterval(watch);
      resolve({ code, ...texts });
    });
  });
}
