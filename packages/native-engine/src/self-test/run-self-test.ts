/** Runs an engine's checks in a child process, where a crash in native code does no harm. */
import { fork } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { EngineDevice } from "@secateur/backend";
import type { NativeEngineName } from "../native-engine-name.ts";
import { loaderOptions } from "./loader-options.ts";
import type { CheckResult } from "./run-checks.ts";

/** Environment variables that an engine needs to work on this machine. */
export type Workaround = Readonly<Record<string, string>>;

/** An engine's device and the version of its native library. */
export interface TestedDevice extends EngineDevice {
  /** TensorFlow's version; null for other engines. */
  readonly library: string | null;
}

export type SelfTestResult =
  | {
      readonly outcome: "passed" | "failed";
      readonly device: TestedDevice;
      readonly checks: readonly CheckResult[];
      readonly workaround: Workaround;
    }
  /** It did not start, or it ended the process or did not answer in time. */
  | { readonly outcome: "unavailable" | "crashed"; readonly reason: string };

/** What the child process sends, in this order. */
export type ChildMessage =
  | { readonly type: "started"; readonly device: TestedDevice }
  | { readonly type: "check"; readonly name: string }
  | { readonly type: "done"; readonly checks: readonly CheckResult[] }
  | { readonly type: "unavailable"; readonly reason: string };

/** Set in the child process, which must not start a self-test of its own. */
export const skipVariable = "SECATEUR_SKIP_SELF_TEST";

const sourceExtension = import.meta.url.endsWith(".ts") ? ".ts" : ".js";
const childProgram = (): string => fileURLToPath(new URL(`./child${sourceExtension}`, import.meta.url));

interface SelfTestOptions {
  /** Time limit for all checks together. Default two minutes. */
  readonly timeoutMs?: number;
  /** The child's program, and Node's options for it; for tests. */
  readonly program?: string;
  readonly execArgv?: readonly string[];
}

/** `signal` killed the child process; null where none did. */
interface Ended {
  readonly result: SelfTestResult;
  readonly signal: NodeJS.Signals | null;
}

const withoutSignal = (result: SelfTestResult): Ended => ({ result, signal: null });

const runOnce = (
  engine: NativeEngineName,
  workaround: Workaround,
  { timeoutMs = 120_000, program = childProgram(), execArgv = process.execArgv }: SelfTestOptions,
): Promise<Ended> =>
  new Promise((resolve) => {
    const environment = { ...process.env, ...workaround, [skipVariable]: "1", TF_CPP_MIN_LOG_LEVEL: "3" };
    const child = fork(program, [engine], {
      execArgv: [...loaderOptions(execArgv)],
      stdio: ["ignore", "ignore", "ignore", "ipc"],
      env: environment,
    });
    let activity = "starting";
    let device: TestedDevice = { version: "unknown", device: "unknown", threads: 1, library: null };
    const timer = setTimeout(() => {
      const reason = `it did not answer for ${timeoutMs / 1000} s (${activity})`;
      settle(withoutSignal({ outcome: "crashed", reason }));
    }, timeoutMs);
    const settle = (ended: Ended): void => {
      clearTimeout(timer);
      child.removeAllListeners();
      child.kill("SIGKILL");
      resolve(ended);
    };
    const handlers: {
      readonly [Type in ChildMessage["type"]]: (message: Extract<ChildMessage, { type: Type }>) => void;
    } = {
      started: (message) => {
        device = message.device;
      },
      check: ({ name }) => {
        activity = name;
      },
      unavailable: ({ reason }) => settle(withoutSignal({ outcome: "unavailable", reason })),
      done: ({ checks }) => {
        const outcome = checks.every(({ problem }) => problem === null) ? "passed" : "failed";
        settle(withoutSignal({ outcome, device, checks, workaround }));
      },
    };
    child.on("message", (message: ChildMessage) => handlers[message.type](message as never));
    child.on("error", (error) => settle(withoutSignal({ outcome: "crashed", reason: error.message })));
    // Not "exit", which may be emitted before the last message when this process is busy.
    child.on("close", (code, signal) => {
      const reason = `it ended the process (${signal ?? `code ${code}`}) while ${activity}`;
      settle({ result: { outcome: "crashed", reason }, signal });
    });
  });

/** oneDNN crashes where the processor reports no caches; without it TensorFlow is half as fast. */
const withoutOneDnn: Workaround = { TF_ENABLE_ONEDNN_OPTS: "0" };

/**
 * Starts the engine in a child process and runs all checks there. When a signal ends TensorFlow, a second run has oneDNN
 * disabled; if that passes, `workaround` holds the variable to set.
 */
export async function runSelfTest(
  engine: NativeEngineName,
  options: SelfTestOptions = {},
): Promise<SelfTestResult> {
  if (!existsSync(options.program ?? childProgram())) {
    const reason =
      "it cannot be tested in a child process, as this program is bundled without @secateur/native-engine's files";
    return { outcome: "unavailable", reason };
  }
  const { result, signal } = await runOnce(engine, {}, options);
  if (signal === null || !engine.startsWith("tensorflow")) return result;
  const again = await runOnce(engine, withoutOneDnn, options);
  return again.result.outcome === "passed" ? again.result : result;
}
