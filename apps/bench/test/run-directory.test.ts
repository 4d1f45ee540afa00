import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { createRandom } from "@secateur/base";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { parseArguments } from "../src/cli/parse-arguments.ts";
import { defaults } from "../src/compare/cifar10-config.ts";
import { cifar10 } from "../src/compare/cifar10-program.ts";
import type { CompareConfig } from "../src/compare/config.ts";
import { type CompareEvent, compareEvents } from "../src/compare/events.ts";
import { EventLog, eventsOf } from "../src/run/event-log.ts";
import { openRunDirectory, type RunDirectory } from "../src/run/run-directory.ts";
import { RunDirectoryError } from "../src/run/run-directory-error.ts";

let parent: string;
const at = (...names: string[]): string => path.join(parent, "run", ...names);
const open = (...args: string[]): RunDirectory<CompareConfig, CompareEvent> => {
  const command = parseArguments(["--out", at(), ...args], cifar10, parent);
  if (command === null) throw new Error("help");
  return openRunDirectory(command, cifar10, compareEvents);
};

beforeEach(() => {
  parent = fs.mkdtempSync(path.join(os.tmpdir(), "secateur-bench-"));
});
afterEach(() => fs.rmSync(parent, { recursive: true, force: true }));

describe("openRunDirectory", () => {
  it("writes the settings, and continues with them without flags", () => {
    open("--quick", "--model", "resnet20").close();
    const run = open("--resume");
    expect(run).toMatchObject({ resumed: true, config: { model: "resnet20", quick: true, seeds: 1 } });
    run.close();
    expect(fs.readdirSync(at()).toSorted()).toEqual(["config.json", "events.jsonl"]);
  });

  it("continues a run from before --iterative and --workers", () => {
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
      "has other settings: --seeds (7 now, 3 before). Leave these flags out",
    );
  });

  it("overwrites neither another run nor other files", () => {
    open().close();
    expect(() => open()).toThrow("already holds a run. Continue it with --resume");
    fs.rmSync(at("config.json"));
    expect(() => open()).toThrow("is not empty and holds no run");
  });

  it("starts again where a run was killed before it wrote its settings", () => {
    fs.mkdirSync(at());
    fs.writeFileSync(at("config.json.tmp"), '{"form');
    fs.writeFileSync(at(".lock-999999999-1"), "");
    const run = open();
    expect(run.resumed).toBe(false);
    run.close();
    expect(fs.readdirSync(at()).toSorted()).toEqual(["config.json", "events.jsonl"]);
  });

  it("refuses to resume what is no run, and creates nothing", () => {
    expect(() => open("--resume")).toThrow("run holds no run. Leave --resume out to start one.");
    expect(fs.existsSync(at())).toBe(false);
    fs.mkdirSync(at());
    expect(() => open("--resume")).toThrow(expect.objectContaining({ code: "USAGE" }));
    expect(fs.readdirSync(at())).toEqual([]);
  });

  it("refuses a second run at the same time, but not one after another", () => {
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

  it("on a full disk, advises to start again where there is nothing to resume", () => {
    const full = (): never => {
      throw Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
    };
    const rename = vi.spyOn(fs, "renameSync").mockImplementation(full);
    expect(() => open()).toThrow("config.json: the disk is full. Free some space and start again.");
    rename.mockRestore();
    const lock = vi.spyOn(fs, "writeFileSync").mockImplementation(full);
    expect(() => open()).toThrow("run: the disk is full. Free some space and start again.");
    lock.mockRestore();
    expect(fs.readdirSync(at())).toEqual([]);
    const run = open();
    vi.spyOn(fs, "renameSync").mockImplementation(full);
    expect(() => run.write("a", "")).toThrow("the disk is full. Free some space and continue with --resume.");
    vi.restoreAllMocks();
    run.close();
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
  const worked = (ms: number): CompareEvent => ({ type: "worked", ms });
  const baseline = { seed: 0, parameters: 1, macs: 1, accuracy: 0.5, loss: Number.NaN, top5: null };

  it("continues after an incomplete last line", () => {
    const run = open();
    run.log.append({ type: "criterion-files", sha256: { "/größer.ts": "1" } });
    run.close();
    fs.appendFileSync(at("events.jsonl"), '{"type":"ep');
    const again = open("--resume");
    expect(again.log.events).toEqual([{ type: "criterion-files", sha256: { "/größer.ts": "1" } }]);
    again.log.append(worked(1));
    again.close();
    const lines = fs.readFileSync(at("events.jsonl"), "utf8").trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line).type)).toEqual(["criterion-files", "worked"]);
  });

  it("keeps numbers that are not finite", () => {
    const run = open();
    run.log.append({ type: "baseline", baseline });
    run.close();
    const again = open("--resume");
    expect(again.log.events).toEqual([{ type: "baseline", baseline }]);
    again.close();
  });

  it.each([
    ["nonsense", "expected object"],
    ['{"type":"work"}', "type: "],
    ['{"type":"worked"}', "ms: "],
    ['{"type":"baseline","baseline":{"seed":"0"}}', "baseline.seed: "],
    ['{"type":"cell"}', "cell: "],
    [`{"type":${"[".repeat(50_000)}${"]".repeat(50_000)}}`, "type: "],
  ])("refuses line 2 with %.40s, naming file and line, and releases the lock", (line, reason) => {
    open().close();
    fs.writeFileSync(
      at("events.jsonl"),
      `${JSON.stringify(worked(1))}\n${line}\n${JSON.stringify(worked(2))}\n`,
    );
    expect(() => open("--resume")).toThrow(`${at("events.jsonl")}, line 2, is not a valid event (`);
    expect(() => open("--resume")).toThrow(reason);
    expect(fs.readdirSync(at()).toSorted()).toEqual(["config.json", "events.jsonl"]);
  });

  const runs = Number(process.env["SECATEUR_FUZZ_RUNS"] ?? 300);

  it(`${runs} logs with changed bytes are read or refused in a sentence`, { timeout: 3_600_000 }, () => {
    const seed = Date.now() % 2 ** 31;
    const source = fs.readFileSync(new URL("../trained/lenet3/events.jsonl", import.meta.url), "utf8");
    const lines = Buffer.from(source.split("\n").slice(0, 4).join("\n"));
    fs.mkdirSync(at());
    for (let i = 0; i < runs; i++) {
      const random = createRandom(seed, i);
      const bytes = Buffer.from(lines);
      for (let changes = 1 + random.below(3); changes > 0; changes--)
        bytes[random.below(bytes.length)] = random.below(2) === 0 ? random.below(256) : 48 + random.below(10);
      fs.writeFileSync(at("events.jsonl"), bytes);
      try {
        new EventLog(at("events.jsonl"), compareEvents).close();
      } catch (error) {
        expect(error, `seed ${seed}, input ${i}`).toBeInstanceOf(RunDirectoryError);
      }
    }
  });

  it.each(["lenet3", "resnet20", "resnet56"])("reads the log of the run that trained %s", (name) => {
    const file = new URL(`../trained/${name}/events.jsonl`, import.meta.url);
    fs.mkdirSync(at());
    fs.copyFileSync(file, at("events.jsonl"));
    const log = new EventLog(at("events.jsonl"), compareEvents);
    expect(eventsOf(log.events, "training").length).toBeGreaterThan(90);
    log.close();
  });
});
