export const ANSWER_SCHEMAS: Readonly<Record<string, unknown>> = {};
