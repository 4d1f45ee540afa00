/** Runs other programs to their end. */
import { spawn } from "node:child_process";
import { delimiter } from "node:path";

export interface Outcome {
  /** Null where the program does not exist, or took too long. */
  readonly code: number | null;
  /** The end of what it wrote to stdout and stderr. */
  readonly output: string;
}

interface CommandOptions {
  readonly cwd?: string;
  readonly timeoutMs?: number;
  /** A folder that is searched for programs first. */
  readonly path?: string;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
}

export function runCommand(
  command: string,
  args: readonly string[],
  { cwd, timeoutMs, path = "", env: added = {} }: CommandOptions = {},
): Promise<Outcome> {
  return new Promise((resolve) => {
    const env = { ...process.env, ...added, PATH: `${path}${path && delimiter}${process.env["PATH"] ?? ""}` };
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    // Not spawn's own timeout, which delays the exit when the program does not exist. The program's children may outlive
    // it and keep the pipes open, so these are destroyed.
    const stop = (): void => {
      child.kill("SIGKILL");
      child.stdout.destroy();
      child.stderr.destroy();
    };
    const timer = timeoutMs === undefined ? undefined : setTimeout(stop, timeoutMs);
    let output = "";
    const keep = (text: Buffer): void => {
      output = `${output}${text}`.slice(-8000);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    const settle = (outcome: Outcome): void => {
      clearTimeout(timer);
      resolve(outcome);
    };
    child.on("error", (error) => settle({ code: null, output: error.message }));
    child.on("close", (code) => settle({ code, output }));
  });
}

/** The first of these programs that answers to `--version`. */
export async function findCommand(
  candidates: readonly (readonly [command: string, ...args: string[]])[],
): Promise<readonly [command: string, ...args: string[]] | null> {
  for (const candidate of candidates) {
    const [command, ...args] = candidate;
    const { code } = await runCommand(command, [...args, "--version"], { timeoutMs: 30_000 });
    if (code === 0) return candidate;
  }
  return null;
}
