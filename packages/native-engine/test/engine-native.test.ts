/** The command as a person calls it, on machines that lack something: one sentence each, nothing half-written. */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cpuPackage } from "../src/install/tensorflow-wheel.ts";

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
    JSON.stringify({ name: "@tensorflow/tfjs-node", version: "4.22.0", main: "index.js" }),
  );
  // A package that works when it has the addon that the compiler below makes.
  writeFileSync(
    join(tfjsNode, "index.js"),
    `const addon = require("node:fs").readFileSync(__dirname + "/lib/napi-v8/tfjs_binding.node", "utf8");
    if (addon === "crash\\n") process.kill(process.pid, "SIGFPE");
    const values = addon === "wrong\\n" ? [1, 1, 1, 1] : [3, 3, 3, 3];
    module.exports = { ones: () => 1, matMul: () => ({ dataSync: () => values }), getBackend: () => "tensorflow" };`,
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

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const run = (...args: readonly string[]): Ended => runWith({}, ...args);

function runWith(env: Readonly<Record<string, string>>, ...args: readonly string[]): Ended {
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
        ...env,
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
    expect(stderr).toMatch(
      /^@tensorflow\/tfjs-node is not installed in .*: run `npm install --ignore-scripts .*` there.*\n$/,
    );
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

  it.skipIf(existsSync("/dev/nvidiactl") || existsSync("/dev/dxg"))(
    "a GPU, unless the GPUs are hidden",
    () => {
      const { code, stderr } = run("--gpu", ...inProject());
      expect(code).toBe(3);
      expect(stderr).toMatch(/^There is no NVIDIA GPU here, .* CUDA_VISIBLE_DEVICES=-1 .*\n$/);
      const hidden = runWith({ CUDA_VISIBLE_DEVICES: "-1" }, "--gpu", ...inProject());
      expect(hidden.stderr).toMatch(/^@tensorflow\/tfjs-node-gpu is not installed in /);
    },
  );

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

  it("a file that is the one in Python's package index", () => {
    put(
      "python3",
      "echo 'ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.' >&2; exit 1",
    );
    const { code, stderr } = run(...inProject());
    expect(code).toBe(3);
    expect(stderr).toMatch(/^pip got another file than the TensorFlow 2\.21\.0 .*\n$/);
  });

  it.skipIf(process.getuid?.() === 0)(
    "a cache that is read-only (not for root, who may write anywhere)",
    () => {
      put("python3", pipThatWorks);
      mkdirSync(join(folder, "cache", "native-engine"), { recursive: true, mode: 0o555 });
      const { code, stderr } = run(...inProject());
      expect(code).toBe(3);
      expect(stderr).toMatch(/^Cannot write to .*native-engine .*SECATEUR_CACHE.*\n$/);
    },
  );

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
  const leftover = join(folder, "cache", "native-engine", ".staging-999999999-abcdef");
  const another = join(folder, "cache", "native-engine", `.staging-${process.pid}-abcdef`);
  mkdirSync(leftover, { recursive: true });
  mkdirSync(another);
  const first = run(...inProject());
  expect(first).toMatchObject({ code: 0, stderr: "" });
  expect(first.stdout).toMatch(
    /Fetching TensorFlow.*\nFetched, after \d+ s\.\nCompiling.*\nCompiled, .*\nTrying it …\nTensorFlow 2\.21\.0 is ready, after \d+ s: it loads and computes\.\n/,
  );
  expect(existsSync(addon())).toBe(true);
  expect(existsSync(leftover)).toBe(false);
  expect(existsSync(another)).toBe(true); // its process, which is this one, is running
  const site = join(folder, "cache", "native-engine", "tensorflow-cpu");
  expect(readdirSync(site).sort()).toEqual(["tensorflow", "tensorflow_cpu-2.21.0.dist-info"]);
  expect(readdirSync(join(site, "tensorflow"))).not.toContain("python");
  put("python3", "exit 1");
  put("c++", "exit 1");
  const second = run(...inProject());
  expect(second).toMatchObject({ code: 0, stderr: "" });
  expect(second.stdout).toBe("@tensorflow/tfjs-node works already: it loads and computes.\n");
  rmSync(addon());
  const third = run(...inProject());
  expect(third.stdout).toMatch(/is in the cache\.\nIts addon is in the cache\.\nTrying it …\n/);
  expect(third.code).toBe(0);
  put("c++", compilerThatWorks);
  expect(run(...inProject(), "--force").stdout).toMatch(/is in the cache\.\nCompiling/);
});

it.each([
  [
    "computes wrongly",
    "wrong",
    /^The engine was built, but it does not run: Error: it computed a wrong product\.\n$/,
  ],
  [
    "takes its process down",
    "crash",
    /^The engine was built, but it does not run: it ended the process .*\n$/,
  ],
])("an engine that %s is no success", (_, content, message) => {
  put("python3", pipThatWorks);
  put("c++", compilerThatWorks.replace("echo addon", `echo ${content}`));
  const { code, stderr } = run(...inProject());
  expect(code).toBe(1);
  expect(stderr).toMatch(message);
});

describe("the package's own download", () => {
  const tfjsNode = (): string => join(folder, "project", "node_modules", "@tensorflow", "tfjs-node");
  /** Its install script; `body` is JavaScript. */
  const give = (body: string): void => {
    mkdirSync(join(tfjsNode(), "scripts"));
    writeFileSync(join(tfjsNode(), "scripts", "install.js"), `const fs = require("node:fs"); ${body}`);
  };
  const ownAddon =
    'fs.mkdirSync("lib/napi-v8", { recursive: true }); fs.writeFileSync("lib/napi-v8/tfjs_binding.node", "own");';
  /** A host that is named is taken for one that answers. */
  const fromHost = { TFJS_NODE_CDN_STORAGE: "a mirror" };

  it("is taken where it works; what a killed one left is not", () => {
    mkdirSync(join(tfjsNode(), "deps"));
    give(`if (fs.existsSync("deps")) process.exit(1); ${ownAddon}`);
    const { code, stdout } = runWith(fromHost, ...inProject());
    expect(stdout).toMatch(
      /\nThe package's own TensorFlow is ready, after \d+ s: it loads and computes\.\n$/,
    );
    expect(code).toBe(0);
  });

  it("leaves nothing where it fails", () => {
    give(`fs.mkdirSync("deps"); ${ownAddon} fs.writeFileSync("package.json", "{}"); process.exit(1);`);
    put("python3", "exit 1");
    const manifest = readFileSync(join(tfjsNode(), "package.json"), "utf8");
    const { code, stdout } = runWith(fromHost, ...inProject());
    expect(stdout).toMatch(/\nIt is not available here\.\n/);
    expect(code).toBe(3);
    expect(readdirSync(tfjsNode()).sort()).toEqual(["index.js", "package.json", "scripts"]);
    expect(readFileSync(join(tfjsNode(), "package.json"), "utf8")).toBe(manifest);
  });

  it("is not tried where its host does not answer", () => {
    give(ownAddon);
    const file = join(tfjsNode(), "package.json");
    const host = "http://127.0.0.1:9";
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), binary: { host } }));
    put("python3", "exit 1");
    expect(run(...inProject()).stdout).toMatch(/\nIt is not available here\.\n/);
    expect(existsSync(addon())).toBe(false);
  });
});

it("pip is given settings that allow a target, and the name of the package without CUDA", () => {
  put("python3", `echo "ERROR: $PIP_USER $PIP_REQUIRE_VIRTUALENV $*" >&2; exit 1`);
  const { stderr } = runWith({ PIP_USER: "1", PIP_REQUIRE_VIRTUALENV: "1" }, ...inProject());
  expect(stderr).toMatch(/ERROR: 0 0 -m pip install --target /);
  expect(cpuPackage("x64")).toBe("tensorflow-cpu");
  expect(cpuPackage("arm64")).toBe("tensorflow");
});

it("pip gets a package whose wheels are pinned by hash, and never builds a source distribution", () => {
  put("python3", `for last; do :; done; echo "ERROR: $* with $(cat "$last")" >&2; exit 1`);
  const { stderr } = run(...inProject());
  expect(stderr).toMatch(
    / --only-binary :all: --no-deps --require-hashes --requirement \S+ with tensorflow(-cpu)?==2\.21\.0( --hash=sha256:[0-9a-f]{64}){4,8}\)/,
  );
});

it("CXX may name a program with arguments", () => {
  put("python3", pipThatWorks);
  put("launcher", "");
  writeFileSync(
    join(folder, "bin", "launcher"),
    `#!/bin/sh\n[ "$1" = cc-with-flags ] || exit 1\n[ "$2" = --version ] && exit 0\n${compilerThatWorks}\n`,
  );
  const { code, stdout } = runWith({ CXX: "launcher cc-with-flags" }, ...inProject());
  expect(stdout).toMatch(/Compiling the addon with launcher/);
  expect(code).toBe(0);
});

it("a folder of the package that cannot be written is named", () => {
  put("python3", pipThatWorks);
  put("c++", compilerThatWorks);
  writeFileSync(join(folder, "project", "node_modules", "@tensorflow", "tfjs-node", "lib"), "a file");
  const { code, stderr } = run(...inProject());
  expect(code).toBe(3);
  expect(stderr).toMatch(/^Cannot write to .*tfjs-node\/lib\/napi-v8 .*\n$/);
});

it("explains itself, and refuses flags that it does not know", () => {
  expect(run("--help")).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^Installs native TensorFlow under TensorFlow.js/),
  });
  const { code, stderr } = run("--cuda");
  expect(code).toBe(2);
  expect(stderr).toMatch(/'--cuda'.*\. See --help\.\n$/);
});
