/*
 * What may come next in the plain form. The server completes TraceQL, so a word of the plain form
 * is asked about as the condition that it stands for, and what comes back is written as a word.
 */
import type { CompletionItem } from "@spoor/trace";

/** What to ask the server, and how its answer is inserted. */
export interface PlainCompletion {
  /** The text from here to the cursor is replaced. */
  readonly start: number;
  /** In TraceQL, with the cursor at its end; empty when nobody needs to be asked. */
  readonly ask: string;
  /** What is known without asking. */
  readonly words: readonly CompletionItem[];
  /** Stands before each value: `service:`. */
  readonly before: string;
}

const WORDS: readonly (readonly [text: string, meaning: string])[] = [
  ["service:", "name of the service"],
  ["name:", "name of the span"],
  ["duration>", "took longer than: 250ms, 2s"],
  ["duration<", "took less than"],
  ["status:error", "failed"],
  ["-status:ok", "anything but ok"],
  ["kind:server", "server, client, producer, consumer, internal"],
];

const FIELDS: Readonly<Record<string, string>> = {
  service: "resource.service.name",
  name: "name",
  status: "status",
  kind: "kind",
};

const KEY_VALUE = /^(-?)([^\s:"{}]+)[:=]("?)([^"]*)$/;

/** The completion at `cursor`; undefined when the text is TraceQL. */
export function plainCompletion(text: string, cursor: number): PlainCompletion | undefined {
  if (/^\s*[{(]/.test(text)) return undefined;
  const before = text.slice(0, cursor);
  const start = before.search(/\S*$/);
  const word = before.slice(start);
  const match = KEY_VALUE.exec(word);
  if (match === null) {
    const words = WORDS.filter(([one]) => one.startsWith(word) && one !== word);
    const items = words.map(([one, meaning]) => plainItem(one, meaning));
    const isKey = /^-?[a-z]/i.test(word) && !/[<>]/.test(word);
    return {
      start,
      words: items,
      before: word.startsWith("-") ? "-" : "",
      ask: isKey ? `{ .${word.replace(/^-/, "")}` : "",
    };
  }
  const [, sign = "", key = "", , value = ""] = match;
  const field = FIELDS[key] ?? (/^(?:span|resource|event|link)\./.test(key) ? key : `.${key}`);
  const isWord = key === "status" || key === "kind";
  return {
    start,
    words: [],
    before: `${sign}${key}:`,
    ask: `{ ${field} = ${isWord ? "" : '"'}${value}`,
  };
}

/** The server's items as words of the plain form. */
export function plainItems(
  plain: PlainCompletion,
  items: readonly CompletionItem[],
): CompletionItem[] {
  const isValue = plain.before.endsWith(":");
  const wanted = items.flatMap((item) => {
    if (isValue && item.kind === "value")
      return [{ ...item, text: plain.before + valueText(item.text) }];
    if (!isValue && item.kind === "field" && item.count !== null) {
      return [{ ...item, text: `${plain.before}${item.text.replace(/^\./, "")}:` }];
    }
    return [];
  });
  return [...plain.words, ...wanted];
}

/** Without quotes where the plain form needs none. */
function valueText(text: string): string {
  const bare = /^"([^"\\\s,*:]+)"$/.exec(text)?.[1];
  return bare ?? text;
}

function plainItem(text: string, meaning: string): CompletionItem {
  return { text, kind: "hint", meaning, count: null };
}
