/** The state of the pickle machine: stack, marks, memo and allow-list, with checked operations on them. */
import type { ByteReader } from "./byte-reader.ts";
import { constructionBudget } from "./construction-budget.ts";
import { ForbiddenGlobalError, MalformedPickleError } from "./errors.ts";
import { PickleGlobal, type PickleGlobals } from "./pickle-global.ts";
import { keyedConstructors } from "./standard-globals.ts";
import { bytesOf, bytesOfEntry, WorkBudget } from "./work-budget.ts";

export interface MachineOptions {
  readonly globals: PickleGlobals;
  readonly persistentId: ((id: unknown) => unknown) | undefined;
  readonly maximumMemoryBytes: number;
}

export class Machine {
  readonly reader: ByteReader;
  readonly #options: MachineOptions;
  readonly #memo = new Map<number, unknown>();
  /** The stacks below the marks. */
  readonly #outer: unknown[][] = [];
  readonly #spendArguments: (value: unknown) => boolean;
  readonly #budget: WorkBudget;
  #stack: unknown[] = [];

  constructor(reader: ByteReader, options: MachineOptions) {
    this.reader = reader;
    this.#options = options;
    this.#spendArguments = constructionBudget(reader.remaining);
    this.#budget = new WorkBudget(options.maximumMemoryBytes);
  }

  /** Pushes a value that was just made. */
  push(value: unknown): void {
    this.#check(this.#budget.spend(bytesOf(value)));
    this.#stack.push(value);
  }

  /** Pushes a value that exists already. */
  pushAgain(value: unknown): void {
    this.#check(this.#budget.spend(bytesOf(null)));
    this.#stack.push(value);
  }

  /** Call before each key is set in a dict, or each member added to a set. */
  spendKey(key: unknown): void {
    this.#check(this.#budget.spendKey(key));
  }

  pop(): unknown {
    if (this.#stack.length === 0) throw this.reader.fail("the stack is empty");
    return this.#stack.pop();
  }

  top(): unknown {
    if (this.#stack.length === 0) throw this.reader.fail("the stack is empty");
    return this.#stack.at(-1);
  }

  mark(): void {
    this.#check(this.#budget.spend(bytesOfEntry));
    this.#outer.push(this.#stack);
    this.#stack = [];
  }

  /** Removes and returns everything above the last mark, and the mark. */
  popToMark(): unknown[] {
    const outer = this.#outer.pop();
    if (!outer) throw this.reader.fail("there is no mark");
    const values = this.#stack;
    this.#stack = outer;
    return values;
  }

  /** POP removes a value or, if there is none above it, the mark. */
  discard(): void {
    if (this.#stack.length > 0) this.#stack.pop();
    else this.popToMark();
  }

  setMemo(key: number): void {
    if (!Number.isSafeInteger(key) || key < 0) throw this.reader.fail(`the memo key ${key} is out of range`);
    this.#check(this.#budget.spend(bytesOfEntry));
    this.#memo.set(key, this.top());
  }

  setNextMemo(): void {
    this.setMemo(this.#memo.size);
  }

  pushMemo(key: number): void {
    if (!this.#memo.has(key)) throw this.reader.fail(`memo ${key} is read before it is written`);
    this.pushAgain(this.#memo.get(key));
  }

  /** The allow-list's entry. Only own properties count: `constructor` is a name like any other. */
  find(module: unknown, name: unknown): PickleGlobal {
    if (typeof module !== "string" || typeof name !== "string") {
      throw this.reader.fail("the name of a global is not text");
    }
    const path = `${module}.${name}`;
    const construct = Object.hasOwn(this.#options.globals, path) ? this.#options.globals[path] : undefined;
    if (!construct) throw new ForbiddenGlobalError(path, this.reader.opcodeOffset);
    return new PickleGlobal(path, construct);
  }

  /** Calls an allowed constructor. */
  construct(callable: unknown, args: unknown): unknown {
    if (!(callable instanceof PickleGlobal))
      throw this.reader.fail("a call of something that is not a global");
    if (!Array.isArray(args)) throw this.reader.fail(`the arguments of ${callable.path} are not a tuple`);
    this.#charge(args);
    if (keyedConstructors.has(callable.construct)) for (const key of keysIn(args)) this.spendKey(key);
    return this.#guard(callable.path, () => callable.construct(...args));
  }

  /** BUILD: passes the state to objects with `setState`. Other state (an `OrderedDict`'s attributes) is dropped. */
  setState(target: unknown, state: unknown): void {
    if (!hasSetState(target)) return;
    this.#charge(state);
    this.#guard("setState", () => target.setState(state));
  }

  persistent(id: unknown): unknown {
    const { persistentId } = this.#options;
    if (!persistentId)
      throw this.reader.fail("it refers to data outside the pickle; pass `persistentId` to resolve it");
    return persistentId(id);
  }

  #check(problem: string | null): void {
    if (problem !== null) throw this.reader.fail(problem);
  }

  #charge(value: unknown): void {
    if (!this.#spendArguments(value))
      throw this.reader.fail(
        "it passes the same data to constructors again and again; no genuine pickle does",
      );
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

/** The future keys in the arguments of `OrderedDict([(key, value), ...])` and `set([member, ...])`. */
function* keysIn([list]: readonly unknown[]): Iterable<unknown> {
  if (!Array.isArray(list)) return;
  for (const item of list) yield Array.isArray(item) ? item[0] : item;
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
