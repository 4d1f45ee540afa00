// The process in which an engine is tried: starts it, runs the checks, tells.

import process from "node:process";
import type { ConcreteEngine } from "../engine-name.ts";
import { useBackend } from "../use-backend.ts";
import { runChecks } from "./run-checks.ts";
import type { FromTrial } from "./trial.ts";

const tell = (message: FromTrial): void => void process.send?.(message);

try {
  const { version, device, threads } = await useBackend(process.argv[2] as ConcreteEngine);
  tell({ type: "started", device: { version, device, threads } });
  tell({ type: "done", checks: await runChecks((name) => tell({ type: "check", name })) });
} catch (error) {
  tell({ type: "unavailable", reason: error instanceof Error ? error.message : String(error) });
}
