/** `engine:native`: installs a current TensorFlow under tfjs-node or tfjs-node-gpu. */
import { resolve } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { exitCodes, MissingPieceError, NativeEngineError } from "./install/problem.ts";
import { type EngineRequest, provideEngine } from "./install/provide-engine.ts";

const help = `Installs native TensorFlow under TensorFlow.js, for training in Node at full speed.

Usage: npx pnpm@10.34.9 engine:native [flags]        (outside of Secateur's repository: npx secateur engine:native)

  --gpu          For NVIDIA GPUs: @tensorflow/tfjs-node-gpu with CUDA's libraries.
  --project DIR  Where the package is installed. [default: what @secateur/native-engine uses]
  --force        Compile the addon anew although there is an engine that works.
  --help         Show this text.

It takes what is there already; else the package's own download; else TensorFlow from Python's package index (pip), with
the package's addon compiled against it (a C++ compiler). What is fetched is kept in the system's cache folder
(SECATEUR_CACHE), about 1.1 GB.

Ends with 3 when the machine lacks something, with 1 when an engine was built that does not work,
with 2 when a flag is wrong.`;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** @returns null where help was asked for. */
function parse(args: readonly string[]): EngineRequest | null {
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== "--"),
    options: {
      gpu: { type: "boolean", default: false },
      project: { type: "string" },
      force: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return null;
  return { gpu: values.gpu, force: values.force, project: values.project ? resolve(values.project) : null };
}

try {
  const request = parse(process.argv.slice(2));
  if (request === null) say(help);
  else await provideEngine(request, say);
} catch (error) {
  const isUsage =
    error instanceof Error && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS");
  if (!(error instanceof NativeEngineError) && !isUsage) throw error;
  process.stderr.write(`${error.message}${isUsage ? ". See --help." : ""}\n`);
  if (isUsage) process.exitCode = exitCodes.usage;
  else process.exitCode = error instanceof MissingPieceError ? exitCodes.missing : exitCodes.broken;
}
