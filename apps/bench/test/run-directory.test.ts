import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseArguments } from "../src/cli/parse-arguments.ts";
import { defaults } from "../src/compare/cifar10-config.ts";
import { cifar10 } from "../src/compare/cifar10-program.ts";
import type { BenchConfig } from "../src/compare/config.ts";
import { openRunDirectory, type RunDirectory } from "../src/run/run-directory.ts";

let parent: string;
const at = (...names: string[]): string => path.join(parent, "run", ...names);
const open = (...args: string[]): RunDirectory<BenchConfig> => {
  const command = parseArguments(["--out", at(), ...args], cifar10, parent);
  if (command === null) throw new Error("help");
  return openRunDirectory(command, cifar10);
};

beforeEach(() => {
  parent = fs.mkdtempSync(path.join(os.tmpdir(), "secateur-bench-"));
});
afterEach(() => fs.rmSync(parent, { recursive: true, force: true }));

describe("openRunDirectory", () => {
  it("writes the settings, and takes them up again without repeating them", () => {
    open("--quick", "--model", "resnet20").close();
    const run = open("--resume");
    expect(run).toMatchObject({ resumed: true, config: { model: "resnet20", quick: true, seeds: 1 } });
    run.close();
    expect(fs.readdirSync(at()).toSorted()).toEqual(["config.json", "events.jsonl"]);
  });

  it("goes on with a run from before there were --iterative and --workers", () => {
    open().close();
    const {
      iterative: _,
      frequency: __,
      "per-removal": ___,
      workers: ____,
      ...old
    } = JSON.parse(fs.readFileSync(at("config.json"), "utf8"));
    fs.writeFileSync(at("config.json"), JSON.stringify(old));
    const run = open("--resume");
    expect(run.config).toEqual(defaults);
    run.close();
  });

  it("names the settings that differ", () => {
    open().close();
    expect(() => open("--resume", "--seeds", "7", "--model", "lenet3")).toThrow(
      "was begun with other settings: --seeds (7 now, 3 before). Leave them out",
    );
  });

  it("overwrites neither another run nor other files", () => {
    open().close();
    expect(() => open()).toThrow("holds a run already. Go on with it by --resume");
    fs.rmSync(at("config.json"));
    expect(() => open()).toThrow("is not empty and holds no run");
  });

  it("begins anew where a run was killed before it wrote its settings", () => {
    fs.mkdirSync(at());
    fs.writeFileSync(at("config.json.tmp"), '{"form');
    fs.writeFileSync(at(".lock"), "999999999 1");
    const run = open("--resume");
    expect(run.resumed).toBe(false);
    run.close();
  });

  it("refuses a second process, and not one that is gone", () => {
    const run = open();
    expect(() => open("--resume")).toThrow(`Another run (process ${process.pid}) is working in`);
    run.close();
    open("--resume").close();
  });

  it.each([
    ["{", "is not a run's configuration of format 1"],
    ['{"formatVersion":2}', "is not a run's configuration of format 1"],
    ['{"formatVersion":1,"model":"lenet3","extra":1}', 'config.json: "'],
  ])("refuses a changed config.json: %s", (text, message) => {
    fs.mkdirSync(at());
    fs.writeFileSync(at("config.json"), text);
    expect(() => open("--resume")).toThrow(message);
  });

  it("says in a sentence that it cannot be created", () => {
    fs.writeFileSync(at(), "");
    expect(() => open()).toThrow("there is a file of that name. Choose another directory with --out.");
  });
});

describe("a run's files", () => {
  it("are replaced whole, read back, and null where missing", () => {
    const run = open();
    run.write("checkpoint.bin", Uint8Array.of(1, 2, 3));
    run.write("checkpoint.bin", Uint8Array.of(4));
    expect([...(run.read("checkpoint.bin") ?? [])]).toEqual([4]);
    expect(run.read("other.bin")).toBeNull();
    run.remove("checkpoint.bin");
    expect(run.read("checkpoint.bin")).toBeNull();
    run.close();
  });

  it("stay as they were where a write fails", () => {
    const run = open();
    fs.mkdirSync(at("taken"));
    fs.writeFileSync(at("taken", "file"), "");
    expect(() => run.write("taken", "text")).toThrow("Could not write");
    expect(fs.readdirSync(at()).filter((name) => name.endsWith(".tmp"))).toEqual([]);
    run.close();
  });
});

describe("the event log", () => {
  it("goes on after a torn last line", () => {
    const run = open();
    run.log.append({ type: "epoch", loss: 1.5, note: "größer" });
    run.close();
    fs.appendFileSync(at("events.jsonl"), '{"type":"ep');
    const again = open("--resume");
    expect(again.log.events).toEqual([{ type: "epoch", loss: 1.5, note: "größer" }]);
    again.log.append({ type: "end" });
    again.close();
    expect(
      fs
        .readFileSync(at("events.jsonl"), "utf8")
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line).type),
    ).toEqual(["epoch", "end"]);
  });

  it("forgets what came after the checkpoint", () => {
    const run = open();
    for (const type of ["a", "b", "c"]) run.log.append({ type });
    run.log.rewind(1);
    run.log.append({ type: "d" });
    run.close();
    const again = open("--resume");
    expect(again.log.events.map(({ type }) => type)).toEqual(["a", "d"]);
    again.close();
  });

  it("refuses a line in the middle that is no event, and gives the directory free", () => {
    open().close();
    fs.writeFileSync(at("events.jsonl"), '{"type":"a"}\nnonsense\n{"type":"b"}\n');
    expect(() => open("--resume")).toThrow("line 2, is no event");
    expect(fs.existsSync(at(".lock"))).toBe(false);
  });
});
