import { type ChildProcess, fork, spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { isRunning } from "@secateur/base/node";
import { afterEach, beforeEach, expect, it } from "vitest";
import { lockDirectory } from "../src/run/directory-lock.ts";
import { nodeFlags, runProcess } from "./run-process.ts";

let directory = "";
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), "secateur-lock-"));
});
afterEach(() => fs.rmSync(directory, { recursive: true, force: true }));

it("has at most one holder among processes that meet stale locks at once", { timeout: 30_000 }, async () => {
  const processes = Array.from({ length: 4 }, () =>
    runProcess("test/processes/lock-repeatedly.ts", [directory, "1500"]),
  );
  const outputs = (await Promise.all(processes)).map(({ stdout }) => stdout);
  for (const output of outputs) expect(output).toMatch(/^\d+$/);
  expect(outputs.reduce((sum, output) => sum + Number(output), 0)).toBeGreaterThan(20);
});

/** `SECATEUR_LOCK_ROUNDS=1500` for as many as a drill has. */
const rounds = Number(process.env["SECATEUR_LOCK_ROUNDS"] ?? 60);

it("has exactly one holder in every round of processes that start together at a stale lock", {
  timeout: 30_000 + 1000 * rounds,
}, async () => {
  const program = path.join(import.meta.dirname, "processes/lock-rounds.ts");
  const processes = Array.from({ length: 3 }, () => fork(program, [directory], { execArgv: [...nodeFlags] }));
  const askAll = (message: string): Promise<string[]> =>
    Promise.all(processes.map((child) => ask(child, message)));
  try {
    for (let round = 0; round < rounds; round++) {
      const answers = await askAll("take");
      expect(
        answers.filter((answer) => answer === "held"),
        `round ${round}: ${answers}`,
      ).toHaveLength(1);
      await askAll("release");
      expect(fs.readdirSync(directory).filter((name) => !name.includes("999999999"))).toEqual([]);
    }
  } finally {
    for (const child of processes) child.kill("SIGKILL");
  }
});

async function ask(child: ChildProcess, message: string): Promise<string> {
  return await new Promise((resolve) => {
    child.once("message", (answer) => resolve(String(answer)));
    child.send(message);
  });
}

it.runIf(process.platform === "linux")("passes over the lock of a zombie", { timeout: 40_000 }, async () => {
  // The shell starts a child and becomes `sleep` before it ends, which never waits for it: the child stays a zombie.
  const parent = spawn("sh", ["-c", "sleep 1 & echo $!; exec sleep 60"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  try {
    const pid = await new Promise<number>((resolve) => {
      parent.stdout.once("data", (text) => resolve(Number(String(text).trim())));
    });
    await expect.poll(() => statOf(pid)[0], { timeout: 30_000 }).toBe("Z");
    const startTime = statOf(pid)[19] ?? "";
    expect(isRunning({ pid, startTime })).toBe(false);
    fs.writeFileSync(path.join(directory, `.lock-${pid}-${startTime}`), "");
    lockDirectory(directory)();
    expect(fs.readdirSync(directory)).toEqual([]);
  } finally {
    parent.kill("SIGKILL");
  }
});

/** The fields of `/proc/<pid>/stat` from the state on. */
function statOf(pid: number): readonly string[] {
  const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}
