import { describe, expect, it } from "vitest";
import { UsageError } from "../src/cli/usage-error.ts";
import { describeFailure, wantsDebug } from "../src/run/failure.ts";
import { RunDirectoryError } from "../src/run/run-directory-error.ts";

class KnownError extends Error {}

describe("describeFailure", () => {
  it("shows only the message of errors that are meant for people", () => {
    expect(describeFailure(new UsageError("no."), [], false)).toEqual({ message: "no.", code: 2 });
    expect(describeFailure(new RunDirectoryError("full."), [], false)).toEqual({ message: "full.", code: 1 });
    expect(describeFailure(new KnownError("bad md5."), [KnownError], false)).toEqual({
      message: "bad md5.",
      code: 1,
    });
  });

  it("finds the system's reason among the causes", () => {
    const cause = Object.assign(new Error("ENOTFOUND x.org"), { code: "ENOTFOUND" });
    const { message } = describeFailure(new TypeError("fetch failed", { cause }), [], false);
    expect(message).toBe("The network cannot be reached: ENOTFOUND x.org.");
  });

  it.each([
    "The wasm heap has no room for a tensor [16,7,7,2017] of float32",
    "memory access out of bounds",
    "Aborted(). Build with -sASSERTIONS for more info.",
  ])("says that WebAssembly's memory is full: %s", (reason) => {
    const { message } = describeFailure(new Error(reason), [], false);
    expect(message).toMatch(/^The memory of the wasm engine, 4 GB at most, seems to be full: take a smaller/);
  });

  it("asks to report the rest, with the stack on request only", () => {
    const error = new TypeError("x is undefined");
    expect(describeFailure(error, [], false).message).toMatch(
      /^Unexpected error: x is undefined\nThis is a fault/,
    );
    expect(describeFailure(error, [], false).message).not.toContain("exit.test");
    expect(describeFailure(error, [], true).message).toContain("exit.test");
  });
});

it("reads DEBUG", () => {
  expect(wantsDebug({ DEBUG: "a,secateur" })).toBe(true);
  expect(wantsDebug({ DEBUG: "a" })).toBe(false);
  expect(wantsDebug({})).toBe(false);
});
