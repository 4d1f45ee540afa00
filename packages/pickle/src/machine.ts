/** The pickle machine's state: a stack with marks, a memo, the allow-list, and the checks every instruction shares. */
import type { ByteReader } from "./byte-reader.ts";
import { ForbiddenGlobalError, MalformedPickleError } from "./errors.ts";
import { PickleGlobal, type PickleGlobals } from "./pickle-global.ts";

export interface MachineOptions {
  readonly globals: PickleGlobals;
  readonly persistentId: ((id: unknown) => unknown) | undefined;
}

export class Machine {
  readonly reader: ByteReader;
  readonly #options: MachineOptions;
  readonly #memo = new Map<number, unknown>();
  readonly #outer: unknown[][] = [];
  #stack: unknown[] = [];

  constructor(reader: ByteReader, options: MachineOptions) {
    this.reader = reader;
    this.#options = options;
  }

  push(value: unknown): void {
    this.#stack.push(value);
  }

  pop(): unknown {
    if (this.#stack.length === 0) throw this.reader.fail("a value is needed and the stack is empty");
    return this.#stack.pop();
  }

  top(): unknown {
    if (this.#stack.length === 0) throw this.reader.fail("a value is needed and the stack is empty");
    return this.#stack.at(-1);
  }

  mark(): void {
    this.#outer.push(this.#stack);
    this.#stack = [];
  }

  /** Everything pushed since the last mark; the mark goes. */
  popToMark(): unknown[] {
    const outer = this.#outer.pop();
    if (!outer) throw this.reader.fail("a mark is needed and there is none");
    const values = this.#stack;
    this.#stack = outer;
    return values;
  }

  /** Pickle's POP takes a value or, where there is none since it, the mark. */
  discard(): void {
    if (this.#stack.length > 0) this.#stack.pop();
    else this.popToMark();
  }

  remember(key: number): void {
    if (!Number.isSafeInteger(key) || key < 0) throw this.reader.fail(`a memo key of ${key}`);
    this.#memo.set(key, this.top());
  }

  rememberNext(): void {
    this.remember(this.#memo.size);
  }

  recall(key: number): void {
    if (!this.#memo.has(key)) throw this.reader.fail(`memo ${key} is read before it was written`);
    this.push(this.#memo.get(key));
  }

  /** The allow-list's entry; own properties only, so that `constructor` and its like are names as any other. */
  find(module: unknown, name: unknown): PickleGlobal {
    if (typeof module !== "string" || typeof name !== "string") {
      throw this.reader.fail("the name of a global that is not text");
    }
    const path = `${module}.${name}`;
    const construct = Object.hasOwn(this.#options.globals, path) ? this.#options.globals[path] : undefined;
    if (!construct) throw new ForbiddenGlobalError(path, this.reader.instruction);
    return new PickleGlobal(path, construct);
  }

  /** Calls an allowed constructor; whatever else stands where one should is refused. */
  construct(callable: unknown, args: unknown): unknown {
    if (!(callable instanceof PickleGlobal)) throw this.reader.fail("a call of something that is no global");
    if (!Array.isArray(args)) throw this.reader.fail(`arguments of ${callable.path} that are no tuple`);
    return this.#guard(callable.path, () => callable.construct(...args));
  }

  /** BUILD: hands the state to an object that takes one. Others (an `OrderedDict`'s attributes) go without. */
  setState(target: unknown, state: unknown): void {
    if (!hasSetState(target)) return;
    this.#guard("an object's state", () => target.setState(state));
  }

  persistent(id: unknown): unknown {
    const { persistentId } = this.#options;
    if (!persistentId)
      throw this.reader.fail("it refers to data outside the pickle, which needs `persistentId`");
    return persistentId(id);
  }

  #guard<T>(what: string, run: () => T): T {
    try {
      return run();
    } catch (cause) {
      if (cause instanceof MalformedPickleError || cause instanceof ForbiddenGlobalError) throw cause;
      throw this.reader.fail(`${what}: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
    }
  }
}

interface Stateful {
  setState(state: unknown): void;
}

function hasSetState(target: unknown): target is Stateful {
  return (
    typeof target === "object" &&
    target !== null &&
    "setState" in target &&
    typeof target.setState === "function"
  );
}
