/**
 * One of those that are compared: a process of its own that holds a network and does what it is asked, when it is asked.
 * All are started first and then take turns, so that whatever disturbs the machine disturbs them alike. They speak in
 * lines of JSON.
 */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";

/** How a contender is made; `runtime` says in which language. */
export interface ContenderSpec {
  readonly name: string;
  readonly runtime: "node" | "python";
  /** For its main program. */
  readonly task: Readonly<Record<string, string | number>>;
  readonly environment?: Readonly<Record<string, string>>;
}

export interface Answer {
  /** Of each repetition. */
  readonly ms: readonly number[];
  /** Resident memory of the process before its first step, MiB: the libraries, the network, the pictures. */
  readonly idleMegabytes: number;
  /** The largest so far. */
  readonly peakMegabytes: number;
  /** Anything else that the task tells. */
  readonly [other: string]: unknown;
}

export interface Contender {
  readonly name: string;
  readonly ask: (repetitions: number) => Promise<Answer>;
  readonly stop: () => void;
}

/** It cannot take part; the message says why. */
export class ContenderError extends Error {
  override readonly name = "ContenderError";
}

const program = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** The Python that may have PyTorch: PYTHON, or what the PATH has. */
const python = process.env["PYTHON"] ?? "python3";

/** The first answer includes starting and warming up, and is not measured. Rejects when the contender cannot start. */
export async function startContender({
  name,
  runtime,
  task,
  environment,
}: ContenderSpec): Promise<Contender> {
  const [command, args] =
    runtime === "node"
      ? [process.execPath, [...process.execArgv, program("node-contender.ts")]]
      : [python, [program("pytorch/contender.py")]];
  const child = spawn(command, [...args, JSON.stringify(task)], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: "2", ...environment },
  });
  const talk = conversation(child);
  const ask = async (repetitions: number): Promise<Answer> => {
    const answer: Answer & { readonly error?: string } = JSON.parse(
      await talk(JSON.stringify({ repetitions })),
    );
    if (answer.error !== undefined) throw new ContenderError(answer.error);
    return answer;
  };
  const stop = (): void => void child.kill("SIGKILL");
  try {
    await ask(0);
  } catch (error) {
    stop();
    throw error;
  }
  return { name, ask, stop };
}

/** One line there, one line back. */
function conversation(
  child: ChildProcessByStdio<Writable, Readable, Readable>,
): (line: string) => Promise<string> {
  const lines = createInterface({ input: child.stdout });
  let stderr = "";
  child.stderr.on("data", (text) => {
    stderr = `${stderr}${text}`.slice(-2000);
  });
  return (line) =>
    new Promise((resolve, reject) => {
      const settle = (finish: () => void): void => {
        lines.removeListener("line", onLine);
        child.removeListener("error", onError);
        child.removeListener("exit", onExit);
        finish();
      };
      const onLine = (text: string): void => {
        if (text.startsWith("{")) settle(() => resolve(text));
      };
      const onError = (error: Error): void => settle(() => reject(new ContenderError(error.message)));
      const onExit = (): void => settle(() => reject(new ContenderError(lastLine(stderr))));
      lines.on("line", onLine);
      child.on("error", onError);
      child.on("exit", onExit);
      child.stdin.write(`${line}\n`);
    });
}

const lastLine = (text: string): string => text.trim().split("\n").at(-1) || "it ended without a word";
