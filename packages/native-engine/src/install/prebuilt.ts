/** Runs tfjs-node's own install script, which downloads a library and an addon. */
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { runCommand } from "./run-command.ts";

const reachMs = 5_000;
const timeoutMs = 300_000;

/**
 * Leaves nothing of a failed attempt. Removes the library that an interrupted attempt left, which the script would take
 * for a complete one.
 *
 * @returns whether an addon is there now.
 */
export async function installPrebuilt(tfjsNode: string, gpu: boolean): Promise<boolean> {
  const [library, addons] = [join(tfjsNode, "deps"), join(tfjsNode, "lib")]; // neither is in the npm package
  const hadAddons = existsSync(addons);
  remove(library);
  if (!(await isReachable(tfjsNode))) return false;
  const script = join(tfjsNode, "scripts", "install.js");
  const path = join(tfjsNode, "node_modules", ".bin"); // of node-pre-gyp, which the script calls
  const manifest = join(tfjsNode, "package.json"); // which the script changes, and leaves changed when it fails
  const content = readFileSync(manifest);
  const { code } = await runCommand(process.execPath, [script, gpu ? "gpu" : "cpu"], {
    cwd: tfjsNode,
    path,
    timeoutMs,
  });
  if (!readFileSync(manifest).equals(content)) {
    writeFileSync(`${manifest}.partial`, content);
    renameSync(`${manifest}.partial`, manifest);
  }
  if (code === 0) return true;
  remove(library);
  if (!hadAddons) remove(addons);
  return false;
}

const remove = (folder: string): void => rmSync(folder, { recursive: true, force: true });

/** Whether the package's host answers: behind a firewall that drops packets, the script would wait for minutes. */
async function isReachable(tfjsNode: string): Promise<boolean> {
  // The script reads these variables for a proxy or another host; this request does not.
  const elsewhere = /^(https?_proxy|(npm_config_)?(tfjs_node_)?(cdn_storage|base_uri))$/i;
  if (Object.keys(process.env).some((name) => elsewhere.test(name) && process.env[name])) return true;
  const { host } = createRequire(import.meta.url)(join(tfjsNode, "package.json")).binary ?? {};
  if (typeof host !== "string") return false;
  try {
    await fetch(host, { method: "HEAD", signal: AbortSignal.timeout(reachMs) });
    return true;
  } catch {
    return false;
  }
}
