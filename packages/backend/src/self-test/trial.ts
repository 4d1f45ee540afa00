// Tries an engine in a process of its own, where native code may crash without harm.

import { fork } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { ConcreteEngine } from "../engine-name.ts";
import type { EngineDevice } from "../engines/engine-recipe.ts";
import { loaderOptions } from "./loader-options.ts";
import type { CheckResult } from "./run-checks.ts";

/** Environment settings that an engine needs to work here. */
export type Workaround = Readonly<Record<string, string>>;

/** An engine's device, and what stands behind it. */
export interface TriedDevice extends EngineDevice {
  /** TensorFlow's own version, where the engine is TensorFlow. */
  readonly library: string | null;
}

export type Trial =
  | {
      readonly outcome: "passed" | "failed";
      readonly device: TriedDevice;
      readonly checks: readonly CheckResult[];
      readonly workaround: Workaround;
    }
  /** It did not start, and says why; or it took the process down, or hung. */
  | { readonly outcome: "unavailable" | "crashed"; readonly reason: string };

/** What the child tells, in this order. */
export type FromTrial =
  | { readonly type: "started"; readonly device: TriedDevice }
  | { readonly type: "check"; readonly name: string }
  | { readonly type: "done"; readonly checks: readonly CheckResult[] }
  | { readonly type: "unavailable"; readonly reason: string };

/** Set in the child, which must not start a trial of its own. */
export const trialVariable = "SECATEUR_TRIAL";

const sourceExtension = import.meta.url.endsWith(".ts") ? ".ts" : ".js";
const childProgram = (): string => fileURLToPath(new URL(`./child${sourceExtension}`, import.meta.url));

interface TrialOptions {
  /** For all checks together. Default two minutes. */
  readonly timeoutMs?: number;
  /** The child's program, and Node's own options for it; for tests. */
  readonly program?: string;
  readonly execArgv?: readonly string[];
}

/** `signal` is what killed the child, if something did. */
interface Ended {
  readonly trial: Trial;
  readonly signal: NodeJS.Signals | null;
}

const withoutSignal = (trial: Trial): Ended => ({ trial, signal: null });

const tryOnce = (
  engine: ConcreteEngine,
  workaround: Workaround,
  { timeoutMs = 120_000, program = childProgram(), execArgv = process.execArgv }: TrialOptions,
): Promise<Ended> =>
  new Promise((resolve) => {
    const environment = { ...process.env, ...workaround, [trialVariable]: "1", TF_CPP_MIN_LOG_LEVEL: "3" };
    const child = fork(program, [engine], {
      execArgv: [...loaderOptions(execArgv)],
      stdio: ["ignore", "ignore", "ignore", "ipc"],
      env: environment,
    });
    let doing = "starting";
    let device: TriedDevice = { version: "unknown", device: "unknown", threads: 1, library: null };
    const timer = setTimeout(() => {
      const reason = `it did not answer for ${timeoutMs / 1000} s (${doing})`;
      settle(withoutSignal({ outcome: "crashed", reason }));
    }, timeoutMs);
    const settle = (ended: Ended): void => {
      clearTimeout(timer);
      child.removeAllListeners();
      child.kill("SIGKILL");
      resolve(ended);
    };
    const hear: {
      readonly [Type in FromTrial["type"]]: (message: Extract<FromTrial, { type: Type }>) => void;
    } = {
      started: (message) => {
        device = message.device;
      },
      check: ({ name }) => {
        doing = name;
      },
      unavailable: ({ reason }) => settle(withoutSignal({ outcome: "unavailable", reason })),
      done: ({ checks }) => {
        const outcome = checks.every(({ problem }) => problem === null) ? "passed" : "failed";
        settle(withoutSignal({ outcome, device, checks, workaround }));
      },
    };
    child.on("message", (message: FromTrial) => hear[message.type](message as never));
    child.on("error", (error) => settle(withoutSignal({ outcome: "crashed", reason: error.message })));
    // Not "exit", which may come before the last message is read where this process was busy.
    child.on("close", (code, signal) => {
      const reason = `it ended the process (${signal ?? `code ${code}`}) while ${doing}`;
      settle({ trial: { outcome: "crashed", reason }, signal });
    });
  });

/** oneDNN is what crashes where the processor hides its caches; without it TensorFlow is half as fast. */
const withoutOneDnn: Workaround = { TF_ENABLE_ONEDNN_OPTS: "0" };

/**
 * Starts the engine in a child process and runs all checks there. A TensorFlow that is killed by a signal is tried once
 * more without oneDNN; if that goes well, `workaround` tells so.
 */
export const tryEngine = async (engine: ConcreteEngine, options: TrialOptions = {}): Promise<Trial> => {
  if (!existsSync(options.program ?? childProgram())) {
    const reason =
      "it cannot be tried in a process of its own, as this program is bundled without @secateur/backend's files";
    return { outcome: "unavailable", reason };
  }
  const { trial, signal } = await tryOnce(engine, {}, options);
  if (signal === null || !engine.startsWith("tensorflow")) return trial;
  const again = await tryOnce(engine, withoutOneDnn, options);
  return again.trial.outcome === "passed" ? again.trial : trial;
};
