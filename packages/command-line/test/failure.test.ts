import { SecateurError } from "@secateur/base";
import { CriterionError } from "@secateur/criteria";
import { describe, expect, it } from "vitest";
import { UsageError } from "../src/arguments/usage-error.ts";
import { PluginFileError } from "../src/plugin-file.ts";
import { describeFailure, wantsDebug } from "../src/process/failure.ts";

describe("describeFailure", () => {
  it("shows only the message of Secateur's own errors", () => {
    expect(describeFailure(new UsageError("no."), false)).toEqual({ message: "no.", exitCode: 2 });
    expect(describeFailure(new PluginFileError("bad."), false)).toEqual({ message: "bad.", exitCode: 2 });
    for (const error of [new SecateurError("full."), new CriterionError("full.")])
      expect(describeFailure(error, false)).toEqual({ message: "full.", exitCode: 1 });
  });

  it("finds the operating system's reason among the causes", () => {
    const cause = Object.assign(new Error("ENOTFOUND x.org"), { code: "ENOTFOUND" });
    const { message } = describeFailure(new TypeError("fetch failed", { cause }), false);
    expect(message).toBe("The network cannot be reached: ENOTFOUND x.org.");
  });

  it.each([
    "The wasm heap has no room for a tensor [16,7,7,2017] of float32",
    "memory access out of bounds",
    "Aborted(). Build with -sASSERTIONS for more info.",
  ])("says that the memory of wasm is full: %s", (reason) => {
    const { message } = describeFailure(new Error(reason), false);
    expect(message).toMatch(
      /^The memory of the wasm engine \(4 GB at most\) seems to be full: use a smaller/,
    );
  });

  it("asks for a report of anything else, with the stack on request only", () => {
    const error = new TypeError("x is undefined");
    const { message, exitCode } = describeFailure(error, false);
    expect(message).toMatch(/^Unexpected error: x is undefined\nThis is a fault/);
    expect(message).not.toContain("failure.test");
    expect(exitCode).toBe(70);
    expect(describeFailure(error, true).message).toContain("failure.test");
  });
});

it("reads DEBUG", () => {
  expect(wantsDebug({ DEBUG: "a,secateur" })).toBe(true);
  expect(wantsDebug({ DEBUG: "a" })).toBe(false);
  expect(wantsDebug({})).toBe(false);
});
