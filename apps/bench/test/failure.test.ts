import { isSecateurError, SecateurError } from "@secateur/base";
import { describeFailure, UsageError } from "@secateur/command-line";
import { expect, it } from "vitest";
import { RunDirectoryError } from "../src/run/run-directory-error.ts";
import { WorkerError } from "../src/run/worker-process.ts";
import { ContenderError } from "../src/speed/contender.ts";

it("shows only the message of the bench's own errors", () => {
  for (const error of [
    new RunDirectoryError("full."),
    new WorkerError("full.", "CRITERION"),
    new ContenderError("full."),
  ])
    expect(describeFailure(error, false)).toEqual({ message: "full.", exitCode: 1 });
});

it("prints no escape sequence of a name or path", () => {
  const { message } = describeFailure(new TypeError("\x1b]0;title\x07 is no layer"), true);
  expect(message).toMatch(/^Unexpected error: \?\]0;title\? is no layer\n/);
  expect(message).not.toContain("\x1b");
});

it("every error of the bench has a code of its own", () => {
  const errors = [new UsageError(""), new RunDirectoryError(""), new WorkerError(""), new ContenderError("")];
  expect(errors.every(isSecateurError)).toBe(true);
  expect(new Set([new SecateurError(""), ...errors].map(({ code }) => code)).size).toBe(errors.length + 1);
});
