/* Names of fields: as TraceQL spells them, and where the store keeps their values. */
import type { AttributeScope } from "@spoor/store";
import { type Field, printField } from "@spoor/traceql";
import { checked } from "./ask-query.ts";
import { isProblem, parameterInvalid, type Problem } from "./problem.ts";

/** Scopes as TraceQL names them. */
export const SCOPES = ["span", "resource", "event", "link", "instrumentation"] as const;

/** A scope as TraceQL names it. */
export type ScopeName = (typeof SCOPES)[number];

/** The name that the store has for a scope. */
export function storeScope(scope: ScopeName): AttributeScope {
  return scope === "instrumentation" ? "scope" : scope;
}

/** A key as TraceQL names it, in quotation marks where it needs them. */
export function fieldNameOf(scope: ScopeName, key: string): string {
  const place = { start: 0, end: 0 };
  const field: Field = { node: "attribute", scope, key, ofParent: false, place };
  return printField(field);
}

/** A field of a span, read from its TraceQL name; or what is wrong with that parameter. */
export function readField(parameter: string, name: string): Field | Problem {
  const query = checked(`{ } | select(${name})`);
  if (isProblem(query)) return parameterInvalid(parameter, query.query?.message ?? query.detail);
  const stages = query.kind === "search" ? query.pipeline.stages : [];
  const stage = stages[1];
  const isField = stages.length === 2 && stage?.node === "select" && stage.fields.length === 1;
  const field = isField ? stage.fields[0] : undefined;
  return field ?? parameterInvalid(parameter, "must be one field, such as resource.service.name");
}
