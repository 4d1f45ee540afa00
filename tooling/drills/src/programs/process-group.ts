/** Runs a program of the compiled workspace in a process group of its own, which can be killed as a whole. */
import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { isRunning } from "@secateur/base/node";

export interface Launch {
  /** Absolute. */
  readonly file: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** A module that is loaded before the program. */
  readonly preload?: string;
}

export interface Ended {
  /** Null after a signal. */
  readonly code: number | null;
  readonly stderr: string;
}

/** Runs the program to its end. */
export async function runToEnd(launch: Launch): Promise<Ended> {
  const child = start(launch, []);
  let stderr = "";
  child.stderr?.on("data", (text) => {
    stderr += String(text);
  });
  return await new Promise((resolve) => {
    child.once("close", (code) => resolve({ code, stderr }));
  });
}

export interface Killed {
  /** Whether the program was still running. */
  readonly wasRunning: boolean;
  /** Ends the parent, and with it the zombie. */
  readonly bury: () => void;
}

/** The program in a session of its own; its parent never waits for it. Prints the program's process id. */
const negligentParent = 'setsid "$@" 2>/dev/null & echo $!; exec sleep 3600 >/dev/null 2>&1';

/** When a program is killed. */
export interface Moment {
  readonly hasCome: () => boolean;
  /** Milliseconds from then on. */
  readonly afterMs: number;
}

/**
 * Runs the program until a moment, then kills it and its workers. It stays a zombie until `bury`, as in a container whose
 * first process does not collect the ended ones.
 */
export async function runAndKill(launch: Launch, { hasCome, afterMs }: Moment): Promise<Killed> {
  const parent = start(launch, ["sh", "-c", negligentParent, "sh"]);
  const pid = await new Promise<number>((resolve) => {
    parent.stdout?.once("data", (text) => resolve(Number(String(text).trim())));
  });
  while (!hasCome() && isRunning({ pid })) await pause(5);
  await pause(afterMs);
  const wasRunning = isRunning({ pid });
  process.kill(-pid, "SIGKILL");
  return { wasRunning, bury: () => void parent.kill("SIGKILL") };
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function start({ file, args, environment, preload }: Launch, prefix: readonly string[]): ChildProcess {
  const imports = preload === undefined ? [] : ["--import", preload];
  const [program = "", ...rest] = [
    ...[...prefix, process.execPath, ...imports, "--conditions=@secateur/source"],
    ...[file, ...args],
  ];
  return spawn(program, rest, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...environment },
  });
}
