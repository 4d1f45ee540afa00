/** The download that tfjs-node's own install script would make, if the machine may make it. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "./run-command.ts";

const timeoutMs = 300_000;

/** @returns whether an addon is there now; nothing is left of a failed attempt. */
export async function installPrebuilt(tfjsNode: string, gpu: boolean): Promise<boolean> {
  const script = join(tfjsNode, "scripts", "install.js");
  const path = join(tfjsNode, "node_modules", ".bin"); // of node-pre-gyp, which the script calls
  const { code } = await runCommand(process.execPath, [script, gpu ? "gpu" : "cpu"], {
    cwd: tfjsNode,
    path,
    timeoutMs,
  });
  if (code === 0) return true;
  for (const name of ["deps", "lib"]) rmSync(join(tfjsNode, name), { recursive: true, force: true });
  return false;
}
