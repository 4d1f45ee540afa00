// Tries an engine in a process of its own, where native code may crash without harm.

import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { ConcreteEngine } from "../engine-name.ts";
import type { EngineDevice } from "../engines/engine-recipe.ts";
import type { CheckResult } from "./run-checks.ts";

/** Environment settings that an engine needs to work here. */
export type Workaround = Readonly<Record<string, string>>;

export type Trial =
  | {
      readonly outcome: "passed" | "failed";
      readonly device: EngineDevice;
      readonly checks: readonly CheckResult[];
      readonly workaround: Workaround;
    }
  /** It did not start, and says why; or it took the process down, or hung. */
  | { readonly outcome: "unavailable" | "crashed"; readonly reason: string };

/** What the child tells, in this order. */
export type FromTrial =
  | { readonly type: "started"; readonly device: EngineDevice }
  | { readonly type: "check"; readonly name: string }
  | { readonly type: "done"; readonly checks: readonly CheckResult[] }
  | { readonly type: "unavailable"; readonly reason: string };

/** Set in the child, which must not start a trial of its own. */
export const trialVariable = "SECATEUR_TRIAL";

const sourceExtension = import.meta.url.endsWith(".ts") ? ".ts" : ".js";
const childProgram = fileURLToPath(new URL(`./child${sourceExtension}`, import.meta.url));

interface TrialOptions {
  /** For all checks together. Default two minutes. */
  readonly timeoutMs?: number;
  /** The child's program, and Node's own options for it; for tests. */
  readonly program?: string;
  readonly execArgv?: readonly string[];
}

const tryOnce = (
  engine: ConcreteEngine,
  workaround: Workaround,
  { timeoutMs = 120_000, program = childProgram, execArgv = process.execArgv }: TrialOptions,
): Promise<Trial> =>
  new Promise((resolve) => {
    const environment = { ...process.env, ...workaround, [trialVariable]: "1", TF_CPP_MIN_LOG_LEVEL: "3" };
    const child = fork(program, [engine], {
      execArgv: [...execArgv],
      stdio: ["ignore", "ignore", "ignore", "ipc"],
      env: environment,
    });
    let doing = "starting";
    let device: EngineDevice = { version: "unknown", device: "unknown", threads: 1 };
    const timer = setTimeout(() => {
      settle({ outcome: "crashed", reason: `it did not answer for ${timeoutMs / 1000} s (${doing})` });
    }, timeoutMs);
    const settle = (trial: Trial): void => {
      clearTimeout(timer);
      child.removeAllListeners();
      child.kill("SIGKILL");
      resolve(trial);
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
      unavailable: ({ reason }) => settle({ outcome: "unavailable", reason }),
      done: ({ checks }) => {
        const outcome = checks.every(({ problem }) => problem === null) ? "passed" : "failed";
        settle({ outcome, device, checks, workaround });
      },
    };
    child.on("message", (message: FromTrial) => hear[message.type](message as never));
    child.on("error", (error) => settle({ outcome: "crashed", reason: error.message }));
    child.on("exit", (code, signal) => {
      settle({
        outcome: "crashed",
        reason: `it ended the process (${signal ?? `code ${code}`}) while ${doing}`,
      });
    });
  });

/** oneDNN is what crashes where the processor hides its caches; without it TensorFlow is half as fast. */
const withoutOneDnn: Workaround = { TF_ENABLE_ONEDNN_OPTS: "0" };

export const tryEngine = async (engine: ConcreteEngine, options: TrialOptions = {}): Promise<Trial> => {
  const trial = await tryOnce(engine, {}, options);
  if (trial.outcome !== "crashed" || !engine.startsWith("tensorflow")) return trial;
  const again = await tryOnce(engine, withoutOneDnn, options);
  return again.outcome === "passed" ? again : trial;
};
