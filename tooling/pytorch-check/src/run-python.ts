/** Runs a program of this folder in the Python that has PyTorch. */
import { execFile } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** @throws Error with what to install, or with the last line of the program's messages. */
export async function runPython(program: string, ...args: readonly (string | number)[]): Promise<void> {
  const file = fileURLToPath(new URL(`../${program}`, import.meta.url));
  const python = process.env["PYTHON"] ?? "python3";
  try {
    await promisify(execFile)(python, [file, ...args.map(String)], { maxBuffer: 2 ** 24 });
  } catch (cause) {
    const { stderr = "", message = "" } = cause as { readonly stderr?: string; readonly message?: string };
    const reason = stderr.trim().split("\n").at(-1) || message;
    const missing = /^ModuleNotFoundError: No module named '(\w+)/.exec(reason)?.[1];
    throw new Error(
      missing === undefined
        ? `${python} ${program} failed: ${reason}`
        : `${python} has no ${missing}: run \`${python} -m pip install torch torchvision safetensors numpy\`, or name another Python in the environment variable PYTHON`,
      { cause },
    );
  }
}
