import { describeFailure } from "@secateur/command-line";
import { CriterionError } from "@secateur/criteria";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startWorkerPool, type WorkerPool } from "../src/run/worker-pool.ts";
import type { TestRequest } from "./processes/worker.ts";
import { nodeFlags } from "./run-process.ts";

const program = new URL("./processes/worker.ts", import.meta.url);
const options = process.env["NODE_OPTIONS"];
let pool: WorkerPool<TestRequest, string>;

beforeAll(() => {
  process.env["NODE_OPTIONS"] = nodeFlags.join(" ");
});
afterAll(() => {
  if (options === undefined) delete process.env["NODE_OPTIONS"];
  else process.env["NODE_OPTIONS"] = options;
});
afterEach(() => pool.stop());

const start = (count: number, setup: TestRequest = { kind: "setup" }): void => {
  pool = startWorkerPool<TestRequest, string>(program, count, setup);
};

/** The error of a request. */
async function errorOf(kind: TestRequest["kind"]): Promise<unknown> {
  start(1);
  return pool.run({ kind }, () => undefined).catch((error: unknown) => error);
}

describe("a worker pool", { timeout: 30_000 }, () => {
  it("shares requests among its workers, and passes their events on", async () => {
    start(2);
    const texts = ["a", "b", "c", "d", "e"];
    const answers = await Promise.all(
      texts.map(async (text) => {
        const events: string[] = [];
        await pool.run({ kind: "echo", text }, (event) => events.push(event));
        return events;
      }),
    );
    expect(answers.map(([text]) => text)).toEqual(texts);
    expect(new Set(answers.map(([, pid]) => pid)).size).toBe(2);
  });

  it("keeps message and code of an expected failure, which is then one sentence", async () => {
    const error = await errorOf("expected");
    const { message, code } = new CriterionError("the criterion does not apply");
    expect(error).toMatchObject({ name: "WorkerError", message, code });
    expect(describeFailure(error, false)).toEqual({ message, exitCode: 1 });
  });

  it("keeps the reason of the operating system", async () => {
    expect(describeFailure(await errorOf("system"), false).message).toMatch(
      /^The disk is full\. .*: write failed\.$/,
    );
  });

  it("reports anything else as a fault, with the worker's stack", async () => {
    const { message } = describeFailure(await errorOf("fault"), true);
    expect(message).toMatch(/^Unexpected error: x is undefined\nThis is a fault/);
    expect(message).toContain("processes/worker.ts");
  });

  it("says how to continue where a worker ends", async () => {
    const { message } = describeFailure(await errorOf("exit"), false);
    expect(message).toBe("A worker process ended unexpectedly (code 3). Continue with --resume.");
  });

  it("fails with the failure of the setup", async () => {
    start(1, { kind: "expected" });
    await expect(pool.run({ kind: "echo" }, () => undefined)).rejects.toThrow("the criterion does not apply");
  });

  it("passes on what the handler of an event throws", async () => {
    start(1);
    const run = pool.run({ kind: "echo" }, () => {
      throw new Error("cannot log");
    });
    await expect(run).rejects.toThrow("cannot log");
  });
});
