/** The command as a person calls it, on machines that lack something: one sentence each, nothing half-written. */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const program = fileURLToPath(new URL("../src/engine-native.ts", import.meta.url));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "secateur-test-"));
  mkdirSync(join(folder, "bin"));
  const tfjsNode = join(folder, "project", "node_modules", "@tensorflow", "tfjs-node");
  mkdirSync(tfjsNode, { recursive: true });
  writeFileSync(join(folder, "project", "package.json"), "{}");
  writeFileSync(
    join(tfjsNode, "package.json"),
    JSON.stringify({ name: "@tensorflow/tfjs-node", version: "4.22.0" }),
  );
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A program on the PATH; `script` is shell. */
function put(name: string, script: string): void {
  const file = join(folder, "bin", name);
  writeFileSync(
    file,
    `#!/bin/sh\nif [ "$1" = --version ] || [ "$3" = --version ]; then exit 0; fi\n${script}\n`,
  );
  chmodSync(file, 0o755);
}

/** Puts what pip would into its `--target`. */
const pipThatWorks = `
while [ "$1" != --target ]; do shift; done
mkdir -p "$2/tensorflow/include" "$2/tensorflow/python" "$2/tensorflow_cpu-2.21.0.dist-info" "$2/other"
touch "$2/tensorflow/libtensorflow_cc.so.2" "$2/tensorflow/libtensorflow_framework.so.2"`;
const compilerThatWorks = `while [ "$1" != -o ]; do shift; done; echo addon > "$2"`;

function run(...args: readonly string[]): {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
} {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--import", "tsx", "--conditions=@secateur/source", program, ...args],
    {
      encoding: "utf8",
      env: {
        PATH: `${join(folder, "bin")}:/bin`,
        SECATEUR_CACHE: join(folder, "cache"),
        PYTHON: "no-python",
        CXX: "no-compiler",
      },
    },
  );
  return { code: status, stdout, stderr };
}

const inProject = (): readonly string[] => ["--project", join(folder, "project")];
const addon = (): string =>
  join(folder, "project", "node_modules", "@tensorflow", "tfjs-node", "lib", "napi-v8", "tfjs_binding.node");

describe("what is missing is named", () => {
  it("the package", () => {
    const { code, stderr } = run("--project", folder);
    expect(code).toBe(3);
    expect(stderr).toMatch(/^@tensorflow\/tfjs-node is not installed in .*: add it there.*\n$/);
  });

  it("pip", () => {
    for (const name of ["python3", "python", "pip3", "pip"]) put(name, "exit 1");
    for (const name of ["python3", "python", "pip3", "pip"])
      writeFileSync(join(folder, "bin", name), "#!/bin/sh\nexit 1\n");
    const { code, stderr } = run(...inProject());
    expect(code).toBe(3);
    expect(stderr).toMatch(/^TensorFlow comes from Python's package index, and there is no pip here: .*\n$/);
  });

  it("a package that pip does not find", () => {
    put("python3", "echo 'ERROR: No matching distribution found for tensorflow-cpu' >&2; exit 1");
    const { code, stderr } = run(...inProject());
    expect(code).toBe(3);
    expect(stderr).toMatch(/^pip finds no TensorFlow .* for this Python and system .*\n$/);
    expect(readdirSync(join(folder, "cache", "native-engine"))).toEqual([]);
  });

  it("room on the disk", () => {
    put(
      "python3",
      "echo 'ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device' >&2; exit 1",
    );
    const { code, stderr } = run(...inProject());
    expect(code).toBe(3);
    expect(stderr).toMatch(/^The disk is full .*SECATEUR_CACHE.*\n$/);
  });

  it("a compiler", () => {
    put("python3", pipThatWorks);
    for (const name of ["c++", "g++", "clang++"])
      writeFileSync(join(folder, "bin", name), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
    const { code, stderr } = run(...inProject());
    expect(code).toBe(3);
    expect(stderr).toMatch(/^The addon has to be compiled, and there is no C\+\+ compiler here: .*\n$/);
  });

  it("a cache that can be written", () => {
    put("python3", pipThatWorks);
    writeFileSync(join(folder, "cache"), "a file");
    const { code, stderr } = run(...inProject());
    expect(code).toBe(3);
    expect(stderr).toMatch(/^Cannot write to .*SECATEUR_CACHE.*\n$/);
  });
});

it("a compiler that fails is quoted, and leaves nothing", () => {
  put("python3", pipThatWorks);
  put("c++", "echo 'tfjs_backend.cc:1: error: no such type' >&2; exit 1");
  const { code, stderr } = run(...inProject());
  expect(code).toBe(1);
  expect(stderr).toBe("c++ could not compile the addon (tfjs_backend.cc:1: error: no such type).\n");
  expect(readdirSync(join(folder, "cache", "native-engine"))).toEqual(["tensorflow-cpu"]);
  expect(existsSync(addon())).toBe(false);
});

it("fetches and compiles once; the next project gets a copy; leftovers of a kill go", () => {
  put("python3", pipThatWorks);
  put("c++", compilerThatWorks);
  const leftover = join(folder, "cache", "native-engine", "tensorflow-cpu.partial-1");
  mkdirSync(leftover, { recursive: true });
  const first = run(...inProject());
  expect(first).toMatchObject({ code: 0, stderr: "" });
  expect(first.stdout).toMatch(
    /Fetching TensorFlow.*\nCompiling.*\nTensorFlow 2\.21\.0 is ready, after \d+ s\.\n/,
  );
  expect(existsSync(addon())).toBe(true);
  expect(existsSync(leftover)).toBe(false);
  const site = join(folder, "cache", "native-engine", "tensorflow-cpu");
  expect(readdirSync(site).sort()).toEqual(["tensorflow", "tensorflow_cpu-2.21.0.dist-info"]);
  expect(readdirSync(join(site, "tensorflow"))).not.toContain("python");
  put("python3", "exit 1");
  put("c++", "exit 1");
  const second = run(...inProject());
  expect(second.stdout).toMatch(/is in the cache\.\nIts addon is in the cache\.\n/);
  expect(second.code).toBe(0);
});

it("explains itself, and refuses flags that it does not know", () => {
  expect(run("--help")).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^Makes TensorFlow's native library run/),
  });
  const { code, stderr } = run("--cuda");
  expect(code).toBe(2);
  expect(stderr).toMatch(/'--cuda'.* See --help\.\n$/);
});
