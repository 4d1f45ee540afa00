import { spawn } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  describeValue,
  hash32,
  hash64,
  isSecateurError,
  printable,
  printableLines,
  SecateurError,
  seedFromText,
} from "@secateur/base";
import { fillFolder, isRunning, thisProcess, withStaging } from "@secateur/base/node";
import { describe, expect, test } from "vitest";

test("FNV-1a equals its published test vectors", () => {
  expect(hash32("")).toBe(0x811c9dc5);
  expect(hash32("foobar")).toBe(0xbf9cf968);
  expect(hash64("foobar")).toBe("85944171f73967e8");
  expect(seedFromText("foobar") % 2).toBe(1);
});

test("errors are recognised by their brand, others are not", () => {
  class MyError extends SecateurError {
    override readonly code = "MINE";
  }
  expect(isSecateurError(new MyError("x"))).toBe(true);
  expect(isSecateurError(new Error("x"))).toBe(false);
  expect(isSecateurError({ isSecateurError: true })).toBe(false);
});

test("values from files are described in bounded time", () => {
  expect(["a\n", 3, 2n ** 70n, null, undefined, true].map(describeValue)).toEqual([
    '"a\\n"',
    "3",
    "1180591620717411303424",
    "null",
    "undefined",
    "true",
  ]);
  let doubling: unknown = [];
  for (let i = 0; i < 100; i++) doubling = [doubling, doubling];
  expect(describeValue(doubling)).toBe("an object");
  expect(describeValue("x".repeat(1e6)).length).toBe(102);
});

describe("text from files", () => {
  test.each([
    ["an escape sequence", "a\x1b[2Jb", "a?[2Jb"],
    ["a C1 control sequence", "a\x9b2Jb", "a?2Jb"],
    ["line feeds, as one line", "a\r\nb", "a??b"],
    ["a reversed direction", "a\u202eb", "a?b"],
    ["half a surrogate pair", "a\ud800b", "a?b"],
    ["other scripts and emoji", "größe 層 😀", "größe 層 😀"],
  ])("%s", (_, text, printed) => expect(printable(text)).toBe(printed));

  test("a long name keeps its start and its end", () => {
    const printed = printable(`start${"x".repeat(1e6)}end`);
    expect(printed).toMatch(/^startx+…x+end$/);
    expect(printed.length).toBe(200);
    expect(printable("abcdefghij", 10)).toBe("abcdefghij");
  });

  test("lines stay lines", () => expect(printableLines("a\x1b\nb")).toBe("a?\nb"));

  test("every error's message is printable and ends with its advice", () => {
    class MyError extends SecateurError {}
    const { message } = new MyError(`"\x1b]0;title\x07${"x".repeat(1e6)}" is unknown: rename it`);
    expect(message).not.toMatch(/\p{Cc}/u);
    expect(message.length).toBe(2000);
    expect(message.endsWith("rename it")).toBe(true);
  });
});

test("a process runs until it has ended, and its id with another start time is another process", async () => {
  expect(isRunning(thisProcess())).toBe(true);
  if (process.platform === "linux") expect(isRunning({ ...thisProcess(), startTime: "1" })).toBe(false);
  const child = spawn(process.execPath, ["-e", ""]);
  const pid = Number(child.pid);
  await new Promise((resolve) => child.once("exit", resolve));
  expect(isRunning({ pid })).toBe(false);
});

test("a folder is filled completely or not at all, and what killed processes left is removed", async () => {
  const parent = mkdtempSync(join(tmpdir(), "secateur-"));
  mkdirSync(join(parent, ".staging-99999999-abcdef"));
  const folder = join(parent, "data");
  await fillFolder(folder, async (staging) => writeFileSync(join(staging, "a"), "1"));
  await expect(
    fillFolder(folder, async (staging) => {
      writeFileSync(join(staging, "b"), "2");
      throw new Error("interrupted");
    }),
  ).rejects.toThrow("interrupted");
  expect(readdirSync(folder)).toEqual(["a"]);
  expect(readdirSync(parent)).toEqual(["data"]);
});

describe("a folder that is replaced", () => {
  const former = (): { parent: string; folder: string } => {
    const parent = mkdtempSync(join(tmpdir(), "secateur-"));
    mkdirSync(join(parent, "data"));
    writeFileSync(join(parent, "data", "a"), "former");
    return { parent, folder: join(parent, "data") };
  };

  test("stays where the new one cannot take its place", async () => {
    const { parent, folder } = former();
    const failing = fillFolder(folder, async (staging) => rmSync(staging, { recursive: true }));
    await expect(failing).rejects.toThrow("ENOENT");
    expect(readFileSync(join(folder, "a"), "utf8")).toBe("former");
    expect(readdirSync(parent)).toEqual(["data"]);
  });

  test("is restored after a kill between the two renames", async () => {
    const { parent, folder } = former();
    const staging = join(parent, ".staging-99999999-abcdef");
    mkdirSync(join(staging, "former"), { recursive: true });
    renameSync(folder, join(staging, "former", "data"));
    await withStaging(parent, async () => undefined);
    expect(readFileSync(join(folder, "a"), "utf8")).toBe("former");
    expect(readdirSync(parent)).toEqual(["data"]);
  });
});

test("a staging folder is removed where process.exit ends the process", async () => {
  const parent = mkdtempSync(join(tmpdir(), "secateur-"));
  const program = `
    import { fillFolder } from "@secateur/base/node";
    await fillFolder(${JSON.stringify(join(parent, "data"))}, async () => process.exit(3));
  `;
  const flags = ["--import", "tsx", "--conditions=@secateur/source", "--input-type=module", "-e", program];
  const child = spawn(process.execPath, flags, { cwd: join(import.meta.dirname, ".."), stdio: "ignore" });
  const code = await new Promise((resolve) => child.once("exit", resolve));
  expect(code).toBe(3);
  expect(readdirSync(parent)).toEqual([]);
});
