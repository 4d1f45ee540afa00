/** The machine of a measurement: versions, memory, GPUs, and the environment variables that decide about them. */
import { execFileSync } from "node:child_process";
import { totalmem } from "node:os";
import process from "node:process";
import { versions } from "@secateur/command-line";
import { commit } from "../../run/environment.ts";

export interface Machine {
  readonly versions: Readonly<Record<string, string>>;
  readonly commit: string | null;
  readonly memoryBytes: number;
  /** Lines of nvidia-smi: name, driver, memory. Empty without one. */
  readonly gpus: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** Which GPUs TensorFlow sees, and how it takes their memory and that of the process. */
const variable = /^(CUDA_|NVIDIA_|TF_(?!CLI_)|XLA_|LD_LIBRARY_PATH$|SECATEUR_)/;

export function describeMachine(): Machine {
  const environment = Object.entries(process.env).filter(([name]) => variable.test(name));
  return {
    versions: versions(),
    commit: commit(),
    memoryBytes: totalmem(),
    gpus: gpus(),
    environment: Object.fromEntries(environment.map(([name, value]) => [name, value ?? ""])),
  };
}

function gpus(): readonly string[] {
  try {
    const args = ["--query-gpu=name,driver_version,memory.total", "--format=csv,noheader"];
    const text = execFileSync("nvidia-smi", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    return text.trim().split("\n");
  } catch {
    return [];
  }
}
