// The process in which an engine is tried: starts it, runs the checks, tells.

import process from "node:process";
import * as tf from "@tensorflow/tfjs-core";
import type { ConcreteEngine } from "../engine-name.ts";
import { useBackend } from "../use-backend.ts";
import { runChecks } from "./run-checks.ts";
import type { FromTrial } from "./trial.ts";

const tell = (message: FromTrial): void => void process.send?.(message);

/** TensorFlow's version, which the addon of tfjs-node knows. */
const libraryVersion = (): string | null => {
  const { binding } = tf.backend() as { readonly binding?: { readonly TF_Version?: unknown } };
  return typeof binding?.TF_Version === "string" ? binding.TF_Version : null;
};

try {
  const { version, device, threads } = await useBackend(process.argv[2] as ConcreteEngine);
  tell({ type: "started", device: { version, device, threads, library: libraryVersion() } });
  tell({ type: "done", checks: await runChecks((name) => tell({ type: "check", name })) });
} catch (error) {
  tell({ type: "unavailable", reason: error instanceof Error ? error.message : String(error) });
}
