/** The child process of a self-test: starts an engine, runs the checks and sends the results to its parent. */
import process from "node:process";
import { useBackend } from "@secateur/backend";
import * as tf from "@tensorflow/tfjs-core";
import type { NativeEngineName } from "../native-engine-name.ts";
import { nativeEngines } from "../native-engines.ts";
import { runChecks } from "./run-checks.ts";
import type { ChildMessage } from "./run-self-test.ts";

const send = (message: ChildMessage): void => void process.send?.(message);

/** TensorFlow's version, from tfjs-node's addon. */
function libraryVersion(): string | null {
  const { binding } = tf.backend() as { readonly binding?: { readonly TF_Version?: unknown } };
  return typeof binding?.TF_Version === "string" ? binding.TF_Version : null;
}

try {
  const engine = process.argv[2] as NativeEngineName;
  const { version, device, threads } = await useBackend(engine, { engines: nativeEngines });
  send({ type: "started", device: { version, device, threads, library: libraryVersion() } });
  send({ type: "done", checks: await runChecks((name) => send({ type: "check", name })) });
} catch (error) {
  send({ type: "unavailable", reason: error instanceof Error ? error.message : String(error) });
}
