/** A worker that echoes, and fails on request in every way that a worker can. */
import process from "node:process";
import { CriterionError } from "@secateur/criteria";
import { serveRequests } from "../../src/run/serve-requests.ts";

export interface TestRequest {
  readonly kind: "setup" | "echo" | "expected" | "fault" | "system" | "exit";
  readonly text?: string;
}

serveRequests<TestRequest, string>(async function* handle({ kind, text = "" }) {
  if (kind === "echo") yield* [text, `${process.pid}`];
  if (kind === "expected") throw new CriterionError("the criterion does not apply");
  if (kind === "fault") throw new TypeError("x is undefined");
  if (kind === "system") throw Object.assign(new Error("write failed"), { code: "ENOSPC", path: "/full" });
  if (kind === "exit") process.exit(3);
});
