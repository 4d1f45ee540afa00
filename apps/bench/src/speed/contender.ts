/**
 * A contender of the speed comparison: a process that holds a network and repeats its task on request. All contenders
 * start first and then take turns, so disturbances affect them alike. Parent and contender exchange lines of JSON.
 */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { SecateurError } from "@secateur/base";
import { z } from "zod";

export interface ContenderSpec {
  readonly name: string;
  /** The language of its program. */
  readonly runtime: "node" | "python";
  /** The argument of its program. */
  readonly task: Readonly<Record<string, string | number>>;
  readonly environment?: Readonly<Record<string, string>>;
  /** One of Secateur's own, for the chart. */
  readonly ours?: boolean;
}

/** Times of the three parts of pruning, in milliseconds. */
export interface PruningParts {
  readonly graph: number;
  readonly groups: number;
  readonly step: number;
}

export interface Answer {
  /** Of each repetition. */
  readonly ms: readonly number[];
  /** Resident memory before the first step in MiB: libraries, network, images. */
  readonly idleMegabytes: number;
  /** The maximum so far. */
  readonly peakMegabytes: number;
  /** Multiply-adds per repetition. */
  readonly macs?: number | undefined;
  readonly residentMegabytes?: number | undefined;
  readonly tensors?: number | undefined;
  readonly tensorBytes?: number | undefined;
  /** Of Torch-Pruning. */
  readonly parts?: PruningParts | null | undefined;
}

const answerSchema: z.ZodType<Answer> = z.looseObject({
  ms: z.array(z.number()),
  idleMegabytes: z.number(),
  peakMegabytes: z.number(),
  macs: z.number().optional(),
  residentMegabytes: z.number().optional(),
  tensors: z.number().optional(),
  tensorBytes: z.number().optional(),
  parts: z.object({ graph: z.number(), groups: z.number(), step: z.number() }).nullish(),
});

const replySchema = z.union([z.object({ error: z.string() }), answerSchema]);

export interface Contender {
  readonly name: string;
  readonly ask: (repetitions: number) => Promise<Answer>;
  readonly stop: () => void;
}

/** The contender cannot take part; the message is the reason. */
export class ContenderError extends SecateurError {
  override readonly name = "ContenderError";
  override readonly code = "CONTENDER";
}

const program = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** The Python that may have PyTorch. */
const python = process.env["PYTHON"] ?? "python3";

/** Starts and warms up. @throws ContenderError where it cannot start. */
export async function startContender({
  name,
  runtime,
  task,
  environment,
}: ContenderSpec): Promise<Contender> {
  const [command, args] =
    runtime === "node"
      ? [process.execPath, [...process.execArgv, program("./node-contender.ts")]]
      : [python, [program("./pytorch/contender.py")]];
  const child = spawn(command, [...args, JSON.stringify(task)], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: "2", ...environment },
  });
  const exchange = lineExchange(child);
  const ask = async (repetitions: number): Promise<Answer> => {
    const reply = replySchema.parse(JSON.parse(await exchange(JSON.stringify({ repetitions }))));
    if ("error" in reply) throw new ContenderError(reply.error);
    return reply;
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

/** Sends one line and resolves to the next line of JSON. */
function lineExchange(
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

const lastLine = (text: string): string => text.trim().split("\n").at(-1) || "it ended without a message";
