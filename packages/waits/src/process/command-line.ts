/*
 * What a command line says without what it may keep secret.
 *
 * People put passwords, tokens and customers into arguments, so values never leave the machine.
 * What is kept: the executable, the script or module that an interpreter runs, and the names of
 * the options (`--batch-size` of `--batch-size=50`, `-p` of `-psecret`). A word that is not
 * certainly one of these is counted, not shown.
 */
import { basename } from "node:path";
import { ARGUMENT_NAMES_MAX, COMMAND_WORD_CHARACTERS_MAX } from "../base/limits.ts";

/** A command line that may be shown. */
export interface ShownCommand {
  /** `node nightly-reconcile.mjs --batch-size` */
  readonly command: string;
  /** Words that were left out. */
  readonly hiddenArgumentCount: number;
}

interface Interpreter {
  readonly names: RegExp;
  /** Options of the interpreter whose next word is a value, so that it is not the script. */
  readonly withValue: ReadonlySet<string>;
  /** Options whose next word names a module or an archive: shown as the script is. */
  readonly withModule: ReadonlySet<string>;
  /** Options after which no script follows, because they carry code. */
  readonly withCode: ReadonlySet<string>;
}

const options = (words: string): ReadonlySet<string> => new Set(words.split(" ").filter(Boolean));

const INTERPRETERS: readonly Interpreter[] = [
  {
    names: /^(?:node|nodejs|bun|deno|tsx)$/u,
    withValue: options(
      "-r --require --import --loader --experimental-loader -C --conditions --env-file --title",
    ),
    withModule: options(""),
    withCode: options("-e --eval -p --print -pe"),
  },
  {
    names: /^(?:python|pypy)[\d.]*$/u,
    withValue: options("-W -X --check-hash-based-pycs"),
    withModule: options("-m"),
    withCode: options("-c"),
  },
  {
    names: /^java$/u,
    withValue: options("-cp -classpath --class-path -p --module-path --add-modules"),
    withModule: options("-jar -m --module"),
    withCode: options(""),
  },
  {
    names: /^(?:sh|bash|dash|zsh|ksh)$/u,
    withValue: options("-o -O --rcfile --init-file"),
    withModule: options(""),
    withCode: options("-c -lc -ec -xc"),
  },
  {
    names: /^(?:ruby|perl|php|lua)[\d.]*$/u,
    withValue: options("-I -r -d"),
    withModule: options("-f"),
    withCode: options("-e -E"),
  },
];

/** Words that look like a path and nothing else; a URL or `key=value` may carry a secret. */
const PATH = /^[\w.\-/+@]+$/u;

/** `words` is the command line as the kernel has it; the first is the program. */
export function shownCommand(words: readonly string[]): ShownCommand {
  const [first = "", ...rest] = words;
  const name = programName(first);
  const interpreter = INTERPRETERS.find(({ names }) => names.test(name));
  const split = interpreter === undefined ? { shown: [], rest } : script(rest, interpreter);
  const names = optionNames(split.rest);
  const shown = [name, ...split.shown, ...names.shown];
  return { command: shown.join(" "), hiddenArgumentCount: names.hiddenCount };
}

/** Some programs rewrite their first word into a sentence (`postgres: job shop idle`). */
function programName(first: string): string {
  const [word = ""] = first.split(/[\s:]/u, 1);
  return shortened(basename(word).replace(/^-/u, ""));
}

/** The script of an interpreter, and the words after it. Its own options are left out. */
function script(
  words: readonly string[],
  { withValue, withModule, withCode }: Interpreter,
): { readonly shown: readonly string[]; readonly rest: readonly string[] } {
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? "";
    const rest = words.slice(index + 1);
    if (withCode.has(word)) return { shown: [word], rest };
    if (withModule.has(word)) {
      const [module = "", ...after] = rest;
      return { shown: PATH.test(module) ? [word, shortened(module)] : [word], rest: after };
    }
    if (withValue.has(word)) {
      index += 1;
    } else if (!word.startsWith("-")) {
      return PATH.test(word) ? { shown: [shortened(word)], rest } : { shown: [], rest: words };
    }
  }
  return { shown: [], rest: [] };
}

function optionNames(words: readonly string[]): {
  readonly shown: readonly string[];
  readonly hiddenCount: number;
} {
  const shown: string[] = [];
  let hiddenCount = 0;
  for (const word of words) {
    const name = optionName(word);
    if (name === undefined || shown.length >= ARGUMENT_NAMES_MAX) hiddenCount += 1;
    else if (!shown.includes(name)) shown.push(name);
  }
  return { shown, hiddenCount };
}

/** `--name` of `--name=value`, and `-p` of `-psecret`: a short option may have its value on it. */
function optionName(word: string): string | undefined {
  const long = /^(--[a-z][\w-]*)(?:=.*)?$/isu.exec(word);
  if (long?.[1] !== undefined) return shortened(long[1]);
  return /^-[a-z]/iu.test(word) ? word.slice(0, 2) : undefined;
}

function shortened(word: string): string {
  return word.length <= COMMAND_WORD_CHARACTERS_MAX
    ? word
    : `…${word.slice(-COMMAND_WORD_CHARACTERS_MAX)}`;
}
