/**
 * Whether tfjs-node works in another project. The self-test runs only the package that this one resolves; another
 * project's is loaded in a child process and computes one product.
 */
import { runCommand } from "./run-command.ts";

const timeoutMs = 60_000;

/** Node 23 removed two functions that tfjs-node 4.22 calls. */
const program = `
const util = require("node:util");
util.isNullOrUndefined ??= (value) => value === null || value === undefined;
util.isArray ??= Array.isArray;
const tf = require(process.argv[1]);
const product = [...tf.matMul(tf.ones([2, 3]), tf.ones([3, 2])).dataSync()];
if (tf.getBackend() !== "tensorflow") throw new Error("tfjs uses its " + tf.getBackend() + " backend instead");
if (product.join() !== "3,3,3,3") throw new Error("it computed a wrong product");
`;

/** @returns what is wrong, null when nothing is. */
export async function tryPackage(tfjsNode: string): Promise<string | null> {
  const { code, output } = await runCommand(process.execPath, ["-e", program, tfjsNode], {
    timeoutMs,
    env: { TF_CPP_MIN_LOG_LEVEL: "3" },
  });
  if (code === 0) return null;
  const reason = output.split("\n").find((line) => /^\w*Error: /.test(line));
  return reason ?? (code === null ? "it ended the process or took too long" : `it ended with code ${code}`);
}
