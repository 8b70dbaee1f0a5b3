import { skeletonSpanId } from "@spoor/trace";
import { useEffect, useState } from "react";
import { copyText } from "../design/copy-button.tsx";
import { problemOf } from "../data/api-client.ts";
import { commandText, curlText, markdownText } from "../views/copy-texts.ts";
import type { TraceModel } from "../views/trace-model.ts";
import type { TraceSight } from "../views/trace-sight.ts";

/** What a trace can be copied as. */
export type CopyKind =
  | "copyLink"
  | "copyId"
  | "copyCommand"
  | "copyMarkdown"
  | "copyCurl"
  | "copyOtlp"
  | "copySvg";

const WORDS: Readonly<Record<CopyKind, string>> = {
  copyLink: "link",
  copyId: "span id",
  copyCommand: "command",
  copyMarkdown: "tree as Markdown",
  copyCurl: "curl with traceparent",
  copyOtlp: "OTLP JSON",
  copySvg: "picture",
};

const TOLD_MS = 2_500;

/** Copies, and what became of the last copy in words; empty after a while. */
export function useCopies(
  model: TraceModel,
  sight: TraceSight,
): { readonly copy: (what: CopyKind, row: number) => void; readonly told: string } {
  const [told, setTold] = useState("");
  useEffect(() => {
    if (told === "") return;
    const timer = setTimeout(() => setTold(""), TOLD_MS);
    return () => clearTimeout(timer);
  }, [told]);
  const copy = (what: CopyKind, row: number): void => {
    copyText(textOf(what, row, { model, sight })).then(
      () => setTold(`${WORDS[what]} copied`),
      (error: unknown) =>
        setTold(
          error instanceof DOMException
            ? "the browser refused to copy"
            : `not copied: ${problemOf(error).detail}`,
        ),
    );
  };
  return { copy, told };
}

/** Everything that the spans say, as a sender would send it. */
async function otlpText({ spans, shape }: TraceModel): Promise<string> {
  const { otlpJson, wholeTrace } = await import("../data/otlp-json.ts");
  const { traceId } = shape.skeleton;
  return otlpJson(spans.isWhole ? spans.all() : await wholeTrace(traceId));
}

async function pictureText(model: TraceModel, sight: TraceSight): Promise<string> {
  const { svgText } = await import("../views/trace-svg.ts");
  return svgText(model, sight);
}

function textOf(
  what: CopyKind,
  row: number,
  { model, sight }: { readonly model: TraceModel; readonly sight: TraceSight },
): string | Promise<string> {
  switch (what) {
    case "copyLink":
      return location.href;
    case "copyId":
      return skeletonSpanId(model.shape.skeleton, Math.max(0, row));
    case "copyCommand":
      return commandText(model);
    case "copyMarkdown":
      return markdownText(model, sight);
    case "copyCurl":
      return curlText(model, row);
    case "copyOtlp":
      return otlpText(model);
    case "copySvg":
      return pictureText(model, sight);
  }
}
